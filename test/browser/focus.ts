/** Whether someone who uses the keyboard sees where they are. */
import type { Page } from "playwright-core";

/** The least width (px) of a focus ring. */
const RING_PX = 2;

/**
 * Focuses each control of a page, or of the dialog over it, as the keyboard does; those that look as they did before: without a
 * ring of at least 2 px, and with the same ground, border and shadow.
 */
export async function controlsWithoutRing(page: Page): Promise<readonly string[]> {
  await page.keyboard.press("Shift"); // from now on the focus is the keyboard's
  return page.evaluate((least) => {
    const top = document.querySelector("dialog:modal") ?? document.body;
    const reachable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const controls = [...top.querySelectorAll<HTMLElement>(reachable)].filter(
      (control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest("[inert], :disabled"),
    );
    /** What is drawn around a control, and around what surrounds a field. */
    const looks = (control: Element) =>
      [control, control.parentElement, control.parentElement?.parentElement, control.closest("label, form")].map(
        (element) => {
          if (!element) return "";
          const { outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor, borderWidth } =
            getComputedStyle(element);
          const outline = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= least ? outlineColor : "";
          return [outline, boxShadow, backgroundColor, borderColor, borderWidth].join();
        },
      );
    const without = controls.filter((control) => {
      (document.activeElement as HTMLElement | null)?.blur();
      const before = looks(control);
      control.focus({ preventScroll: true });
      return document.activeElement === control && looks(control).join() === before.join();
    });
    return without.map(
      (control) => `${control.localName}.${control.className} ${control.ariaLabel ?? control.textContent}`,
    );
  }, RING_PX);
}
