/**
 * What stands in a message as a whole, whatever is written around it: addresses, people, channels. Pure, and linear in the length.
 */
import { addressIn } from "./address.ts";

/** `to` is the place after it. */
export type Atom = { readonly from: number; readonly to: number } & (
  | { readonly kind: "link"; readonly href: string }
  | { readonly kind: "person" | "channel"; readonly id: string }
  | { readonly kind: "here" }
);

/** A person, a channel, everyone here, an address between angle brackets, a bare one. The lengths are bounded. */
const ATOM =
  /<@([\w-]{16,32})>|<#([^<>\s`]{1,80})>|<!here>|<((?:https?:\/\/|mailto:)[^\s<>`]{1,2000})>|((?:https?:\/\/|mailto:)[^\s<>"`]{1,2000})/giu;
const ADDRESS = /^(?:https?:\/\/|mailto:)./i;

/** The atoms of a text, in order. */
export function atomsIn(text: string): readonly Atom[] {
  const atoms: Atom[] = [];
  const pattern = new RegExp(ATOM);
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const { index: from } = match;
    const [whole, personId, channelId, enclosed, bare] = match;
    let to = from + whole.length;
    if (personId !== undefined) atoms.push({ from, to, kind: "person", id: personId });
    else if (channelId !== undefined) atoms.push({ from, to, kind: "channel", id: channelId });
    else if (enclosed !== undefined) atoms.push({ from, to, kind: "link", href: enclosed });
    else if (bare !== undefined) {
      const href = addressIn(bare, (mark) => isOpenBefore(text, from, mark));
      to = from + href.length;
      if (ADDRESS.test(href)) atoms.push({ from, to, kind: "link", href });
    } else atoms.push({ from, to, kind: "here" });
    pattern.lastIndex = Math.max(to, from + 1);
  }
  return atoms;
}

/** Whether a mark that may open emphasis stands before a place in the same line. A bullet opens nothing. */
function isOpenBefore(text: string, at: number, mark: string): boolean {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  const last = line.lastIndexOf(mark);
  return last >= 0 && !/^\s/.test(line.slice(last + 1));
}
