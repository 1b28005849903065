/** What axe finds on a page as it is now: an empty list, or a line for each rule with the elements that break it. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

export async function axeFlaws(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
