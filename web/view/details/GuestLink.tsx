/** The link by which anyone may watch a public channel, without joining: made, shown and withdrawn by those who may change it. */
import { useState } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { CopyField } from "../parts/CopyField.tsx";
import { QrCode } from "../parts/QrCode.tsx";

type Props = { readonly store: Store; readonly channel: Channel; readonly onClose: () => void };

export function GuestLink({ store, channel, onClose }: Props) {
  const [url, setUrl] = useState<string>();
  const [said, setSaid] = useState("");

  async function show(): Promise<void> {
    const answer = await (await store.requests()).openGuestLink(channel.id);
    setSaid(answer.ok ? "" : answer.detail);
    if (answer.ok) setUrl(answer.value.url);
  }

  async function withdraw(): Promise<void> {
    const answer = await (await store.requests()).withdrawGuestLink(channel.id);
    setSaid(answer.ok ? t("The guest link is closed. No one is watching any more.") : answer.detail);
    if (answer.ok) setUrl(undefined);
  }

  return (
    <Dialog title={t("Guest link")} onClose={onClose}>
      <p>{t("Anyone with this link can read this channel without joining. They can't write.")}</p>
      {url !== undefined && (
        <div class="device-link">
          <CopyField label={t("Guest link")} text={url} />
          <QrCode text={url} />
        </div>
      )}
      <p class="hint" role="status">
        {said}
      </p>
      <div class="dialog-actions">
        <button type="button" class="link-button danger-text aside" onClick={() => void withdraw()}>
          {t("Close the guest link")}
        </button>
        {url === undefined ? (
          <button type="button" class="button primary" onClick={() => void show()}>
            {t("Show the guest link")}
          </button>
        ) : (
          <button type="button" class="button" onClick={onClose}>
            {t("Done")}
          </button>
        )}
      </div>
    </Dialog>
  );
}
