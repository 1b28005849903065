/** The emoji that were picked last on this device, newest first; some to begin with. */

const KEY = "flack.emoji";
/** One row of a picker. */
const RECENT_MAX = 6;
const FIRST = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

export function recentEmoji(): readonly string[] {
  return [...new Set([...kept().split(" "), ...FIRST])].filter(Boolean).slice(0, RECENT_MAX);
}

export function keepRecentEmoji(emoji: string): void {
  try {
    localStorage.setItem(KEY, [...new Set([emoji, ...recentEmoji()])].slice(0, RECENT_MAX).join(" "));
  } catch (error) {
    console.warn("storage is not to be had", error);
  }
}

function kept(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is refused: nothing was picked
  }
}
