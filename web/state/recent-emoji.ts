/** The emoji that were picked last on this device, newest first, some to begin with; and the skin tone that was chosen for them. */
import { type ReadonlySignal, signal } from "@preact/signals";

const KEY = "flack.emoji";
const TONE_KEY = "flack.skin-tone";
/** None, then from light to dark: the modifiers of Unicode (UTS #51, section 2.4). */
export const SKIN_TONES = ["", "\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"] as const;
export type SkinTone = (typeof SKIN_TONES)[number];
/** One row of a picker. */
const RECENT_MAX = 6;
const FIRST = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

const recent = signal(withFirst(kept(KEY).split(" ").filter(Boolean)));
const tone = signal<SkinTone>(SKIN_TONES.find((one) => one === kept(TONE_KEY)) ?? "");

export const recentEmoji: ReadonlySignal<readonly string[]> = recent;

export function keepRecentEmoji(emoji: string): void {
  recent.value = withFirst([emoji, ...recent.value]);
  keep(KEY, recent.value.join(" "));
}

export const skinTone: ReadonlySignal<SkinTone> = tone;

export function chooseSkinTone(chosen: SkinTone): void {
  tone.value = chosen;
  keep(TONE_KEY, chosen);
}

function withFirst(emoji: readonly string[]): readonly string[] {
  return [...new Set([...emoji, ...FIRST])].slice(0, RECENT_MAX);
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    console.warn("storage is not to be had", error);
  }
}

function kept(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return ""; // storage is refused: nothing was picked
  }
}
