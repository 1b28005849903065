/** A link, and the same as a picture, by which others come in: to the site, or to a private channel. */
import { useEffect, useState } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import { CopyField } from "../parts/CopyField.tsx";
import { fullTime } from "../parts/formats.ts";
import { QrCode } from "../parts/QrCode.tsx";
import { invitedTo } from "../parts/sheets.ts";
import { Dialog } from "./Dialog.tsx";

type Props = { readonly store: Store; readonly channel?: Channel; readonly onClose: () => void };

type Invite = { readonly url: string; readonly expiresAt: number };

/** The dialog as a sheet: it stays when what opened it goes. */
export function InviteSheet({ store, onClose }: Omit<Props, "channel">) {
  const channel = invitedTo.value;
  return <InvitePeople store={store} {...(channel && { channel })} onClose={onClose} />;
}

export function InvitePeople({ store, channel, onClose }: Props) {
  const [invite, setInvite] = useState<Invite>();
  const [said, setSaid] = useState<string>();
  const joined = channel?.kind === "private" ? channel : undefined;
  const to = joined?.id;
  const name = joined ? store.titleOf(joined.id) : siteName;

  useEffect(() => {
    void store.requests().then(async (requests) => {
      const answer = await requests.makeInvite(to);
      if (answer.ok) setInvite(answer.value);
      else setSaid(answer.detail);
    });
  }, []);

  async function withdraw(): Promise<void> {
    const answer = await (await store.requests()).withdrawInvites(to);
    setSaid(answer.ok ? t("Your invite links no longer work.") : answer.detail);
    if (answer.ok) setInvite(undefined);
  }

  return (
    <Dialog title={t("Invite people to {name}", { name })} onClose={onClose}>
      {invite && (
        <div class="device-link">
          <p>
            {rich("Anyone with this link can join, up to 100 people, until {time}.", {
              time: <span class="whole">{fullTime(invite.expiresAt)}</span>,
            })}
          </p>
          <CopyField label={t("Invite link")} text={invite.url} />
          <QrCode text={invite.url} />
        </div>
      )}
      <p class="hint" role="status">
        {said ?? (invite ? "" : t("Making a link…"))}
      </p>
      <div class="dialog-actions">
        <button type="button" class="link-button danger-text aside" onClick={() => void withdraw()}>
          {t("Revoke my invites to {name}", { name })}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {t("Done")}
        </button>
      </div>
    </Dialog>
  );
}
