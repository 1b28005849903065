/** Adds the styles that a part of the page brings with its script: the first load does not wait for them. Once a part. */
export function adoptStyles(text: string): void {
  const stylesheet = new CSSStyleSheet();
  stylesheet.replaceSync(text);
  document.adoptedStyleSheets.push(stylesheet);
}
