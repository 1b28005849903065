/** Every key there is. */
import { type Phrase, t } from "../../i18n/i18n.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { COMMAND } from "../parts/keys.ts";

const KEYS: readonly (readonly [keys: string, does: Phrase])[] = [
  [`${COMMAND} K`, "Jump to or search…"],
  ["Alt ↑ · Alt ↓", "Previous, next conversation"],
  ["Alt Shift ↑ · ↓", "Previous, next unread"],
  ["F6 · Shift F6", "Next, previous region"],
  ["Enter · Shift Enter", "Send · line break"],
  [`${COMMAND} Enter`, "Send, always"],
  ["↑", "In an empty composer: edit your last message"],
  [`${COMMAND} B · I · E`, "Bold · italic · code"],
  [`${COMMAND} U`, "Attach files"],
  ["Tab", "Accept suggestion"],
  ["Esc", "Close · stop editing · mark as read"],
  ["↑ ↓ · J K", "On a message: move over the messages"],
  ["Home · End", "On a message: oldest, latest"],
  ["E · R · + · Del", "On a message: edit · reply · react · delete"],
  [`? · ${COMMAND} /`, "This list"],
];

export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t("Shortcuts")} onClose={onClose}>
      <dl class="shortcuts">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
