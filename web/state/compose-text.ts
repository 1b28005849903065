/** A typed text as it is sent, however long: emoji for shortcodes, ids for names. `textBefore`: what it replaces. */
import { foldText, mentionedIn } from "../../worker/protocol/text.ts";
import { encodeMentions } from "../text/mentions.ts";
import { withEmoji } from "../text/shortcodes.ts";
import type { TabState } from "./tab-state.ts";

export function encodeText({ people, channels }: TabState, typed: string, textBefore = ""): string {
  if (!/[@#＠＃]/.test(typed)) return foldText(withEmoji(typed), Number.POSITIVE_INFINITY) ?? "";
  const before = mentionedIn(textBefore);
  // Of two who were called the same, the one whom the text mentioned before.
  const all = [...people.value.values()].sort((a, b) => Number(before.includes(b.id)) - Number(before.includes(a.id)));
  const known = { people: all, channels: new Set(channels.value.keys()) };
  return foldText(encodeMentions(withEmoji(typed), known), Number.POSITIVE_INFINITY) ?? "";
}
