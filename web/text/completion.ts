/**
 * What is being typed just before the caret that could be completed: a person, a channel, an emoji. Pure.
 */

export type Started = { readonly sign: "@" | "#" | ":"; readonly word: string; readonly start: number };

/** An emoji begins to be looked for at its second letter: a colon alone is punctuation. */
export function startedAt(text: string, caret: number): Started | undefined {
  const line = text.slice(Math.max(0, caret - 40), caret);
  const found = /(?:^|[\s(])(?:([@#])([^\s@#:]{0,32})|(:)([a-z0-9_+-]{2,32}))$/iu.exec(line);
  if (!found) return undefined;
  const sign = found[1] ?? found[3];
  const word = found[2] ?? found[4] ?? "";
  if (sign !== "@" && sign !== "#" && sign !== ":") return undefined;
  return { sign, word, start: caret - word.length - 1 };
}
