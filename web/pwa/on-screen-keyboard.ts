/** The keyboard of a phone that is laid over the page. */

/**
 * Keeps the composer above the on-screen keyboard where the browser lays the keyboard over the page (iOS): the app is as high as what
 * is in sight. While the page is zoomed nothing changes.
 */
export function followKeyboard(sight: VisualViewport | null): void {
  sight?.addEventListener("resize", () => {
    if (sight.scale !== 1) return;
    const isCovered = innerHeight - sight.height > 1;
    document.documentElement.style.setProperty("--app-height", isCovered ? `${sight.height}px` : "100dvh");
    if (isCovered) scrollTo(0, 0);
  });
}
