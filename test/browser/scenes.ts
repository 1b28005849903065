/**
 * Every screen and state: how to get there, from a page on which nothing has happened, and what of the design it shows.
 * The gallery takes pictures of all of them; those that are `examined` are read by axe in every run.
 */
import { COMPOSER } from "./scenes/composer.ts";
import { DETAILS } from "./scenes/details.ts";
import { LOOKS } from "./scenes/looks.ts";
import { MESSAGES } from "./scenes/messages.ts";
import { OUTSIDE } from "./scenes/outside.ts";
import { RAIL } from "./scenes/rail.ts";
import type { Scene } from "./scenes/scene.ts";
import { SETTINGS } from "./scenes/settings.ts";

export const SCENES: readonly Scene[] = [
  ...OUTSIDE,
  ...MESSAGES,
  ...COMPOSER,
  ...RAIL,
  ...DETAILS,
  ...SETTINGS,
  ...LOOKS,
];
