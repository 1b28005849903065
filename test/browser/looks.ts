/** What can be seen to be wrong without an eye: text that is cut off or under other text, pages that scroll sideways, small targets. */
import type { Page } from "playwright-core";

/** The least height (px) of what a finger presses (WCAG 2.5.5). */
const TARGET_PX = 44;
/** A space at the end of a line hangs over the edge (CSS Text 3, §4.1.3): so far (px) nothing is cut off. */
const HANGING_PX = 6;
/** Two lines lie over one another from this width (px), and this part of the lower one's height, on: less is the space above letters. */
const OVER_PX = 3;
const OVER_PART = 0.35;

/** What is wrong on a page as it is now, each in a line. `isTouch`: fingers press here. */
export function lookOver(page: Page, isTouch: boolean): Promise<readonly string[]> {
  return page.evaluate(
    ({ least, hanging, overPx, overPart }) => {
      const found: string[] = [];
      const nameOf = (element: Element) => {
        const kind = element.localName + [...element.classList].map((name) => `.${name}`).join("");
        return `${kind} "${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}"`;
      };
      const isSeen = (element: Element) =>
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        !element.closest(".visually-hidden, .skip-link, [aria-hidden=true], [inert]");
      const modal = document.querySelector("dialog:modal");
      const top = modal ?? document.body;
      const within = (selector: string) => [...top.querySelectorAll(selector)].filter(isSeen);

      const page = document.documentElement;
      if (page.scrollWidth > page.clientWidth)
        found.push(`the page scrolls sideways by ${page.scrollWidth - page.clientWidth} px`);

      /** What is drawn over the rest on purpose: it has a ground, of its own or of a part, and a place that is out of the flow. */
      const layerOf = (element: Element) => {
        let hasGround = false;
        for (let outer: Element | null = element; outer; outer = outer.parentElement) {
          const { position, backgroundColor } = getComputedStyle(outer);
          const isGround = !/^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor);
          hasGround ||= isGround;
          if (position === "relative" ? isGround : hasGround && position !== "static") return outer;
        }
        return page;
      };
      /** The part of a line that no box around it cuts off. */
      const seenPart = (line: DOMRect, own: Element) => {
        let { left, right, top: upper, bottom } = line;
        for (let outer: Element | null = own; outer && outer !== page; outer = outer.parentElement) {
          if (getComputedStyle(outer).overflow === "visible") continue;
          const edge = outer.getBoundingClientRect();
          [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
          [upper, bottom] = [Math.max(upper, edge.top), Math.min(bottom, edge.bottom)];
        }
        return { left, right, upper, bottom };
      };
      const lines: { own: Element; layer: Element; part: ReturnType<typeof seenPart> }[] = [];

      // Text beyond the box that cuts it off, unless the box scrolls or says with dots that there is more.
      const texts = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const own = text.parentElement;
        if (!own || text.textContent?.trim() === "" || !isSeen(own)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const box = range.getBoundingClientRect();
        if (box.width === 0) continue;
        const layer = layerOf(own);
        for (const line of range.getClientRects()) lines.push({ own, layer, part: seenPart(line, own) });
        for (let outer: Element | null = own; outer && outer !== page; outer = outer.parentElement) {
          const style = getComputedStyle(outer);
          if (style.position === "fixed" || style.textOverflow === "ellipsis" || /auto|scroll/.test(style.overflowX))
            break;
          if (!/hidden|clip/.test(style.overflowX)) continue;
          const edge = outer.getBoundingClientRect();
          if (box.left < edge.left - hanging || box.right > edge.right + hanging) {
            found.push(`cut off by ${nameOf(outer).slice(0, 60)}: ${nameOf(own)}`);
            break;
          }
        }
      }

      for (const [at, one] of lines.entries()) {
        for (const other of lines.slice(at + 1)) {
          if (other.layer !== one.layer || other.own === one.own) continue;
          const [a, b] = [one.part, other.part];
          const height = Math.min(a.bottom, b.bottom) - Math.max(a.upper, b.upper);
          const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          if (width > overPx && height > overPart * Math.min(a.bottom - a.upper, b.bottom - b.upper) && height > 0)
            found.push(`over one another: ${nameOf(one.own)} and ${nameOf(other.own)}`);
        }
      }

      // What a finger can hardly hit. What lies over a control by `::after` makes it larger.
      const controls = within("button, a[href], input, select, textarea, [role=option], [role=tab]");
      if (least > 0) {
        for (const control of controls) {
          const { width, height } = control.getBoundingClientRect();
          // A link in a line of text is as high as the line (WCAG 2.5.5, inline).
          if (control.matches(".text a, .topic a, p a, input[type=checkbox], input[type=radio]") || width === 0)
            continue;
          const area = control.closest("label")?.getBoundingClientRect() ?? { width, height };
          const reach = getComputedStyle(control, "::after");
          const extra =
            reach.content !== "none" && reach.position === "absolute"
              ? -2 * Number.parseFloat(reach.insetBlockStart || "0")
              : 0;
          if (Math.max(area.height, height) + Math.max(0, extra || 0) < least - 0.5)
            found.push(`${Math.round(height)} px high: ${nameOf(control)}`);
        }
      }
      return [...new Set(found)];
    },
    { least: isTouch ? TARGET_PX : 0, hanging: HANGING_PX, overPx: OVER_PX, overPart: OVER_PART },
  );
}
