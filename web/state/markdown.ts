/**
 * Messages as blocks, with the Markdown parser. Where it could not be fetched, marks are shown as they were typed until it is there.
 */
import { computed, signal } from "@preact/signals";
import { fetchPart } from "../network/load-part.ts";
import { type Block, hasMarks, lineOf, plainBlocks } from "../text/blocks.ts";

type Parser = typeof import("../text/markdown.ts").parseMarkdown;

const parser = signal<Parser | undefined>(undefined);

/** Whether marks are read. */
export const isMarkdownReady = computed(() => parser.value !== undefined);

/** Fetches the parser. Answers when it is there, or when it could not be fetched at once. */
export function loadMarkdown(): Promise<void> {
  return new Promise((resolve) =>
    fetchPart(() => import("../text/markdown.ts"), resolve).then(({ parseMarkdown }) => {
      parser.value = parseMarkdown;
      resolve();
    }),
  );
}

/** The blocks of a message. A view that asks is shown anew when the parser is there. */
export function blocksOf(text: string): readonly Block[] {
  return hasMarks(text) && parser.value ? parser.value(text) : plainBlocks(text);
}

/** A message in one line, without marks. */
export function plainLine(text: string): string {
  return lineOf(blocksOf(text));
}
