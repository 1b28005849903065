/** A conversation in which nothing was said yet. */
import { useState } from "preact/hooks";
import { WINDOW_MESSAGES } from "../../../worker/protocol/limits.ts";
import { rich, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { InvitePeople } from "../dialogs/InvitePeople.tsx";
import { copyText } from "../parts/clipboard.ts";

export function Empty({ store, channelId }: { readonly store: Store; readonly channelId: string }) {
  const [isCopied, setCopied] = useState(false);
  const [isInviting, setInviting] = useState(false);
  const title = store.titleOf(channelId);
  const channel = store.channels.value.get(channelId);
  if (!title.startsWith("#")) {
    return (
      <div class="empty">
        <h2>{rich("This is between you and {name}.", { name: <bdi>{title}</bdi> })}</h2>
        <p>{t("Latest {n} messages are kept", { n: WINDOW_MESSAGES })}</p>
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>{rich("{name} is brand new.", { name: <bdi>{title}</bdi> })}</h2>
      <p>{t("Say hello 👋")}</p>
      <button type="button" class="button" onClick={() => setInviting(true)}>
        {t("Invite people")}
      </button>
      <button
        type="button"
        class="button quiet"
        onClick={async () => {
          setCopied(await copyText(location.href));
        }}
      >
        {t(isCopied ? "Copied" : "Copy link")}
      </button>
      {isInviting && <InvitePeople store={store} {...(channel && { channel })} onClose={() => setInviting(false)} />}
    </div>
  );
}
