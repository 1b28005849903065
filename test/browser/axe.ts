/** What axe finds on a page as it is now: an empty list, or a line for each rule with the elements that break it. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

export async function axeFlaws(page: Page): Promise<readonly string[]> {
  const builder = new AxeBuilder({ page });
  // The system's own colours cannot be read from a page: what axe computes from them is black on black.
  const areColorsForced = await page.evaluate(() => matchMedia("(forced-colors: active)").matches);
  if (areColorsForced) builder.disableRules("color-contrast");
  const { violations } = await builder.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
