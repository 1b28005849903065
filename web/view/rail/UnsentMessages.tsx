/** What was written and has no place any more, since its channel or message is gone: it stays until the person has copied or discarded it. */
import { t } from "../../i18n/i18n.ts";
import type { Store, Unsent } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { CopyButton } from "../parts/CopyButton.tsx";

export function UnsentMessages({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const unsent = store.unsent.value;
  return (
    <Dialog title={t("Unsent messages")} onClose={onClose}>
      <p class="hint">
        {t(
          unsent.length === 0
            ? "No unsent messages."
            : "The channel or message is gone. Copy what you want to keep, then discard it.",
        )}
      </p>
      <ul class="unsent">
        {unsent.map((one) => (
          <Item key={one.key} unsent={one} />
        ))}
      </ul>
    </Dialog>
  );
}

function Item({ unsent: { title, text, fileNames, discard } }: { readonly unsent: Unsent }) {
  return (
    <li>
      {title !== undefined && (
        <p class="unsent-title">
          <bdi>{title}</bdi>
        </p>
      )}
      <blockquote>
        <p class="text" dir="auto">
          {text || fileNames.join(", ")}
        </p>
      </blockquote>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={discard}>
          {t("Discard")}
        </button>
        <CopyButton text={text} isMain />
      </div>
    </li>
  );
}
