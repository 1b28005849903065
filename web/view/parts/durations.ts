/** Spans of time, and how they read in the interface's language. */
import { t } from "../../i18n/i18n.ts";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A span (ms) in its largest unit, rounded: `5 minutes`. */
export function durationWords(ms: number): string {
  if (ms >= DAY_MS) return t("{n} days", { n: Math.round(ms / DAY_MS) });
  if (ms >= HOUR_MS) return t("{n} hours", { n: Math.round(ms / HOUR_MS) });
  return ms >= MINUTE_MS
    ? t("{n} minutes", { n: Math.round(ms / MINUTE_MS) })
    : t("{n} seconds", { n: Math.round(ms / SECOND_MS) });
}
