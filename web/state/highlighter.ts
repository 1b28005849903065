/** The colours of code, once there is a block that names its language. Until then it has one colour. */
import { computed, signal } from "@preact/signals";
import { fetchPart } from "../network/load-part.ts";
import type { CodePiece } from "../text/highlight.ts";

/** What tells keywords from strings, once it is there. */
const highlighter = signal<typeof import("../text/highlight.ts").highlight | undefined>(undefined);
let isFetched = false;

/** Fetches what tells keywords from strings, once. */
export async function loadHighlighter(): Promise<void> {
  if (isFetched) return;
  isFetched = true;
  const { highlight } = await fetchPart(() => import("../text/highlight.ts"));
  highlighter.value = highlight;
}

/** Changes when the highlighter is there: what was computed before it is computed again. */
export const isHighlighterReady = computed(() => highlighter.value !== undefined);

/** A code in pieces. A view that asks is shown anew when the highlighter is there. */
export function codePieces(language: string, text: string): readonly CodePiece[] {
  return highlighter.value?.(language, text) ?? [{ text }];
}
