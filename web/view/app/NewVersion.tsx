/** A newer version is there: taken up on a tap, and by itself while the page is idle. Drafts outlive it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import styles from "../../styles/banners.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";

adoptStyles(styles);

/** The page counts as idle after this long (ms) without a key or a tap. */
const IDLE_MS = 60_000;

export function NewVersion({ store }: { readonly store: Store }) {
  const touchedAt = useRef(Date.now());
  const [isDismissed, setDismissed] = useState(false);
  useEffect(() => {
    const outside = new AbortController();
    const touch = () => {
      touchedAt.current = Date.now();
    };
    for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, touch, outside);
    const timer = setInterval(() => {
      const isIdle = Date.now() - touchedAt.current >= IDLE_MS;
      if (isIdle && isAtRest(store) && !document.querySelector("dialog[open]")) location.reload();
    }, IDLE_MS / 4);
    return () => {
      outside.abort();
      clearInterval(timer);
    };
  }, []);
  if (isDismissed) return null;
  return (
    <p class="chip" role="status">
      {t("New version")}
      {" · "}
      <button type="button" class="link-button" onClick={() => location.reload()}>
        {t("Reload")}
      </button>
      <IconButton name={t("Not now")} onClick={() => setDismissed(true)}>
        <Icon name="close" />
      </IconButton>
    </p>
  );
}

/** Nothing is being written, sent or waited for. */
function isAtRest(store: Store): boolean {
  const isBusy = store.visited().some((conversation) => {
    const hasFiles = (conversation.uploads.value?.list.value.length ?? 0) > 0;
    return hasFiles || conversation.editing.value !== undefined || store.draft(conversation) !== "";
  });
  return !isBusy && store.outbox.value.length === 0;
}
