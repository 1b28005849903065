/**
 * An emoji by the grammar of UTS #51 (section 1.4.9), where what may also be text is one only with a sign that says so. The exact set,
 * `\p{RGI_Emoji}`, takes a phone longer to make ready than thirty messages to show.
 */
const SIGN = String.raw`\p{Emoji_Modifier}|\uFE0F\u20E3?|[\u{E0020}-\u{E007E}]+\u{E007F}`;
const ONE = String.raw`\p{RI}{2}|(?!\p{RI})(?:\p{Emoji_Presentation}|\p{Emoji}(?=\p{Emoji_Modifier}|\uFE0F))(?:${SIGN})?`;
const EMOJI_ONLY = new RegExp(String.raw`^(?:(?:${ONE})(?:\u200D(?:${ONE}))*\s*){1,12}$`, "u");

/** Whether a message is nothing but a few emoji, which are then shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length < 200 && EMOJI_ONLY.test(text);
}
