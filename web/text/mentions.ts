/**
 * People and channels inside a text: as they are typed (`@Bea`, `#design`) and as they are sent (`<@id>`, `<#id>`),
 * so that a later rename changes what is read and not who was meant.
 * Who and what there is are arguments.
 */

import { foldApostrophes, mentionedIn } from "../../worker/protocol/text.ts";
import type { Person } from "../../worker/protocol/things.ts";
import { changeWords } from "./outside.ts";
import { SPACELESS } from "./scripts.ts";

/** A sign at the beginning, or after what is no part of a word; full-width ones too. */
const SIGN = /[@#＠＃]/g;
const BEFORE = /^[^\p{L}\p{M}\p{N}_<&/]$/u;
const WORD = /[\p{L}\p{M}\p{N}_]/u;
/** Everyone who has the conversation open, as it is sent and as it is typed. */
export const HERE = "<!here>";
const TYPED_HERE = "here";

export type Known = { readonly people: readonly Person[]; readonly channels: ReadonlySet<string> };

/** With ids for the names in it. Of names that begin alike the longest counts; what names no one stays as it is, as do code and addresses. */
export function encodeMentions(text: string, { people, channels }: Known): string {
  const byName = [...people].sort((a, b) => b.name.length - a.name.length);
  return changeWords(text, (words) => encodeWords(words, byName, channels));
}

function encodeWords(text: string, byName: readonly Person[], channels: ReadonlySet<string>): string {
  let sent = "";
  let done = 0;
  for (const { index, 0: sign } of text.matchAll(SIGN)) {
    const start = index + 1;
    const before = [...text.slice(Math.max(0, index - 2), index)].at(-1) ?? " ";
    if (start <= done || !(BEFORE.test(before) || SPACELESS.test(before))) continue;
    const isPerson = sign === "@" || sign === "＠";
    const found = isPerson ? personAt(text, start, byName) : channelAt(text, start, channels);
    const isHere = !found && isPerson && isHereAt(text, start);
    if (!found && !isHere) continue;
    sent += text.slice(done, index) + (found ? `<${isPerson ? "@" : "#"}${found.id}>` : HERE);
    done = start + (found ?? TYPED_HERE).length;
  }
  return sent + text.slice(done);
}

/** Compared slice by slice: a text in lower case may be longer than it was. */
function personAt(text: string, start: number, byName: readonly Person[]) {
  const found = byName.find(({ name }) => {
    const end = start + name.length;
    const isSame = foldApostrophes(text.slice(start, end)).toLowerCase() === name.toLowerCase();
    return isSame && isWordEnd(text, end);
  });
  return found && { id: found.id, length: found.name.length };
}

function isHereAt(text: string, start: number): boolean {
  const end = start + TYPED_HERE.length;
  return text.slice(start, end).toLowerCase() === TYPED_HERE && isWordEnd(text, end);
}

/** Whether a word may end there: scripts without spaces go on at once. */
function isWordEnd(text: string, end: number): boolean {
  const after = [...text.slice(end, end + 2)][0] ?? " ";
  const last = [...text.slice(Math.max(0, end - 2), end)].at(-1) ?? " ";
  return !WORD.test(after) || SPACELESS.test(after) || SPACELESS.test(last);
}

/** The longest channel's name that stands there: in scripts without spaces words go on after it. */
function channelAt(text: string, start: number, channels: ReadonlySet<string>) {
  const word = /^[\p{L}\p{M}\p{N}_-]{1,64}/u.exec(text.slice(start, start + 64))?.[0] ?? "";
  for (let length = word.length; length > 0; length--) {
    const id = word.slice(0, length).toLowerCase();
    if (channels.has(id) && isWordEnd(text, start + length)) return { id, length };
  }
  return undefined;
}

/** A sent text as it is typed: for the field it is edited in, for the clipboard, for one line of a quote. */
export function decodeMentions(text: string, nameOf: (personId: string) => string | undefined): string {
  return text
    .replace(/<@([\w-]{16,32})>/g, (whole, id: string) => {
      const name = nameOf(id);
      return name === undefined ? whole : `@${name}`;
    })
    .replace(/<#([^<>\s]{1,80})>/g, "#$1")
    .replaceAll(HERE, `@${TYPED_HERE}`);
}

/** Whether a message of someone else is for a person in particular: it names them, or everyone here. */
export function concerns(text: string, personId: string): boolean {
  return text.includes(HERE) || mentionedIn(text).includes(personId);
}
