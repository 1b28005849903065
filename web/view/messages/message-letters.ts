/** The letters that act on the message that has the focus. */
import { letterOf } from "../parts/keys.ts";
import type { ShownList } from "./message-commands.ts";
import { rowId } from "./timeline.ts";

/** The command that a letter gives while a message, or a button of its toolbar, has the focus (WCAG 2.1.4: only then). Says whether there is one. */
export function runLetter(event: KeyboardEvent, shown: ShownList): boolean {
  const { target } = event;
  // A button of a message's toolbar names the letter that does the same.
  const item = target instanceof HTMLElement ? (target.closest(".toolbar")?.parentElement ?? target) : undefined;
  const row = item && shown?.rows.find(({ id }) => item.id === rowId(id));
  if (!shown || !row || row.isTombstone || event.altKey || event.ctrlKey || event.metaKey) return false;
  const { commands } = shown;
  const { id } = row;
  switch (letterOf(event)) {
    case "e":
      commands.edit(id);
      return true;
    case "r":
      commands.reply(id);
      return true;
    case "p":
      void commands.pin(id);
      return true;
    case "u":
      commands.markUnread(id);
      return true;
    case "Delete":
    case "Backspace":
      commands.remove(id);
      return true;
    case "+":
      commands.pickReaction(id, item.getBoundingClientRect());
      return true;
    default:
      return false;
  }
}
