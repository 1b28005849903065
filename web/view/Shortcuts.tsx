import { Dialog } from "./Dialog.tsx";

/** Ctrl, or ⌘ where there is one. */
const COMMAND = /Mac|iP(?:hone|ad)/.test(navigator.userAgent) ? "⌘" : "Ctrl";

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  [`${COMMAND} K`, "Go anywhere; ? searches messages"],
  ["Alt ↑ · Alt ↓", "Previous, next conversation"],
  ["Alt Shift ↑ · ↓", "Previous, next unread"],
  ["F6 · Shift F6", "Next, previous region"],
  ["Enter · Shift Enter", "Send · line break"],
  [`${COMMAND} Enter`, "Send, always"],
  ["↑ in an empty composer", "Edit your last message"],
  [`${COMMAND} B · I · E`, "Bold · italic · code"],
  [`${COMMAND} U`, "Attach files"],
  ["Tab · Enter", "Take a suggestion"],
  ["Esc", "Close · stop editing · mark as read"],
  ["↑ ↓ · J K on a message", "Move over the messages"],
  ["Home · End on a message", "Oldest, latest"],
  ["E · R · + · Del on a message", "Edit · reply · react · delete"],
  [`? · ${COMMAND} /`, "This list"],
];

/** Every key there is. */
export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
