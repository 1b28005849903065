/**
 * People and channels inside a text: as they are typed (`@Bea`, `#design`) and as they are sent (`<@id>`, `<#id>`),
 * so that a later rename changes what is read and not who was meant.
 * Who and what there is are arguments.
 */
import type { Person } from "../../worker/protocol/frames.ts";
import { foldApostrophes } from "../../worker/protocol/names.ts";

/** What is code is not touched. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
const SIGN = /(^|[^\p{L}\p{N}_<&/])([@#])/gu;
const WORD = /[\p{L}\p{N}_]/u;

export type Known = { readonly people: readonly Person[]; readonly channels: ReadonlySet<string> };

/** With ids for the names in it. Of names that begin alike the longest counts; what names nobody stays as it is. */
export function encodeMentions(text: string, { people, channels }: Known): string {
  const byName = [...people].sort((a, b) => b.name.length - a.name.length);
  return text
    .split(CODE)
    .map((part, n) => (n % 2 === 1 ? part : encodePart(part, byName, channels)))
    .join("");
}

function encodePart(text: string, byName: readonly Person[], channels: ReadonlySet<string>): string {
  let sent = "";
  let done = 0;
  for (const { index, 0: whole, 2: sign } of text.matchAll(SIGN)) {
    const start = index + whole.length;
    if (start <= done) continue;
    const found = sign === "@" ? personAt(text, start, byName) : channelAt(text, start, channels);
    if (!found) continue;
    sent += `${text.slice(done, start - 1)}<${sign}${found.id}>`;
    done = start + found.length;
  }
  return sent + text.slice(done);
}

/** Compared slice by slice: a text in lower case may be longer than it was. */
function personAt(text: string, start: number, byName: readonly Person[]) {
  const found = byName.find(({ name }) => {
    const end = start + name.length;
    return foldApostrophes(text.slice(start, end)).toLowerCase() === name.toLowerCase() && !WORD.test(text[end] ?? "");
  });
  return found && { id: found.id, length: found.name.length };
}

function channelAt(text: string, start: number, channels: ReadonlySet<string>) {
  const word = /^[\p{L}\p{M}\p{N}_-]{1,64}/u.exec(text.slice(start, start + 64))?.[0] ?? "";
  const id = word.toLowerCase();
  return channels.has(id) ? { id, length: word.length } : undefined;
}

/** A sent text as it is typed: for the field it is edited in, for the clipboard, for one line of a quote. */
export function decodeMentions(text: string, nameOf: (personId: string) => string | undefined): string {
  return text
    .replace(/<@([\w-]{16,32})>/g, (whole, id: string) => {
      const name = nameOf(id);
      return name === undefined ? whole : `@${name}`;
    })
    .replace(/<#([^<>\s]{1,80})>/g, "#$1");
}
