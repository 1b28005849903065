/** A screen or a state, as the gallery and the tests of screens open it. */
import type { Site } from "../../site.ts";
import type { Someone } from "../people.ts";

/** The parts of the design. Scenes and the titles of browser tests (`Keys: …`) name them; the gallery lists the parts that no scene and no test shows. */
export const HEADINGS = [
  "Screens",
  "Messages",
  "Composer",
  "Rail",
  "Connection",
  "Notifications",
  "Keys",
  "Accessibility",
  "Looks",
  "Budgets",
] as const;

export type Scene = {
  readonly name: string;
  readonly shows: (typeof HEADINGS)[number];
  readonly isExamined?: true;
  /** No one is signed in yet: the language is chosen before the page is opened. */
  readonly isOutside?: true;
  /** There is no conversation, so another language takes effect with the next load. */
  readonly isApart?: true;
  readonly open: (who: Someone, site: Site) => Promise<void>;
};
