/** Fetches both once they are wanted. English needs no names of its own. */
import { useEffect, useState } from "preact/hooks";
import { language, locale } from "../../i18n/i18n.ts";
import { fetchPart } from "../../network/load-part.ts";
import type { EmojiLanguage } from "../../text/emoji.ts";

type EmojiTable = typeof import("../../text/emoji.ts");

/** The table of emoji, and what they are called in the language of the interface: each is undefined until it is fetched. */
export type EmojiParts = { readonly table?: EmojiTable; readonly spoken?: EmojiLanguage };

let isFetchedAhead = false;

/** Fetches the table ahead, when a colon is typed: it is there when the word after it has begun. */
export function fetchEmojiAhead(text: string): void {
  if (isFetchedAhead || !/[:：]$/.test(text)) return;
  isFetchedAhead = true;
  void fetchPart(() => import("../../text/emoji.ts"));
}

export function useEmoji(isWanted: boolean): EmojiParts {
  const [table, setTable] = useState<EmojiTable>();
  const [spoken, setSpoken] = useState<EmojiLanguage>();
  const wantedLanguage = language.value;
  useEffect(() => {
    if (!isWanted) return undefined;
    let isHere = true;
    void fetchPart(() => import("../../text/emoji.ts")).then((loaded) => isHere && setTable(loaded));
    void fetchPart(async () => (await import("../../text/emoji-names.ts")).loadEmojiNames(wantedLanguage)).then(
      (names) => isHere && setSpoken({ names, locale: locale.peek() }),
    );
    return () => {
      isHere = false;
    };
  }, [isWanted, wantedLanguage]);
  return { ...(table && { table }), ...(spoken && { spoken }) };
}
