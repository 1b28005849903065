/** The way out. */
import { useEffect, useState } from "preact/hooks";
import { rich, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

type SignOutProps = { readonly store: Store; readonly onLink: () => void; readonly onClose: () => void };

/** Asks before a sign-out, and says what goes with it: on the last device that is the name. */
export function SignOut({ store, onLink, onClose }: SignOutProps) {
  const [devices, setDevices] = useState<number>();
  const [complaint, setComplaint] = useState<string>();
  const name = <bdi>{store.person.value?.name}</bdi>;
  const isLast = devices === undefined || devices <= 1;
  useEffect(() => {
    void store.requests().then(async (requests) => {
      const answer = await requests.devices();
      if (answer.ok) setDevices(answer.value.devices.length);
    });
  }, []);

  /** Back in the settings, the button for a recovery code has the focus. */
  function toRecovery(): void {
    onClose();
    setTimeout(() => document.querySelector<HTMLElement>(".recovery button")?.focus());
  }

  async function signOut(): Promise<void> {
    const answer = await store.signOut();
    if (!answer.ok) setComplaint(answer.detail);
  }

  return (
    <Dialog title={t("Sign out?")} onClose={onClose}>
      <p>
        {isLast
          ? rich("You'll lose the name {name}, your direct messages, and the ability to edit your posts.", { name })
          : t("You'll stay signed in elsewhere. Your data is removed from this device.")}
      </p>
      {isLast && <p class="hint">{t("With a recovery code, you can come back within 90 days.")}</p>}
      {isLast && (
        <button type="button" class="link-button" onClick={onLink}>
          {t("Keep this name on another device")}
        </button>
      )}
      {isLast && (
        <button type="button" class="link-button" onClick={toRecovery}>
          {t("Make a recovery code")}
        </button>
      )}
      {complaint && (
        <p class="hint complaint" role="alert">
          {t("Couldn't sign out: {why}", { why: complaint })}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" autofocus onClick={onClose}>
          {t("Cancel")}
        </button>
        <button type="button" class="button danger" onClick={signOut}>
          {t("Sign out")}
        </button>
      </div>
    </Dialog>
  );
}
