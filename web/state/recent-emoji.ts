/** The emoji that were picked last on this device, newest first; some to begin with. */
import { type ReadonlySignal, signal } from "@preact/signals";

const KEY = "flack.emoji";
/** One row of a picker. */
const RECENT_MAX = 6;
const FIRST = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

const recent = signal(withFirst(kept()));

export const recentEmoji: ReadonlySignal<readonly string[]> = recent;

export function keepRecentEmoji(emoji: string): void {
  recent.value = withFirst([emoji, ...recent.value]);
  try {
    localStorage.setItem(KEY, recent.value.join(" "));
  } catch (error) {
    console.warn("storage is not to be had", error);
  }
}

function withFirst(emoji: readonly string[]): readonly string[] {
  return [...new Set([...emoji, ...FIRST])].slice(0, RECENT_MAX);
}

function kept(): readonly string[] {
  try {
    return (localStorage.getItem(KEY) ?? "").split(" ").filter(Boolean);
  } catch {
    return []; // storage is refused: nothing was picked
  }
}
