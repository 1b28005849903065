/** Whether a message is nothing but a few emoji, which are then shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length < 200 && /^(?:\p{RGI_Emoji}\s*){1,12}$/v.test(text);
}
