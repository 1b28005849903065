/** How times read, by language and zone. Each formatter is made once a language: making one costs more than using it. */
import { computed, signal } from "@preact/signals";
import { locale, t } from "../../i18n/i18n.ts";

/** Counts the zones the device was in: formatters keep the one they were made in. */
const zones = signal(0);

/** Looks whether the device is in another zone by now. */
export function noticeZone(): void {
  const before = clock.peek().resolvedOptions().timeZone;
  if (before !== new Intl.DateTimeFormat().resolvedOptions().timeZone) zones.value++;
}

const clock = formatter({ hour: "numeric", minute: "2-digit" });
const full = formatter({ dateStyle: "medium", timeStyle: "short" });
const thisYear = formatter({ weekday: "long", day: "numeric", month: "long" });
const otherYear = formatter({ dateStyle: "long" });

/** Made when it is first used. */
function formatter(options: Intl.DateTimeFormatOptions) {
  return computed(() => {
    void zones.value;
    return new Intl.DateTimeFormat(locale.value, options);
  });
}

/** `14:02` */
export function clockTime(at: number): string {
  return clock.value.format(at);
}

/** Everything there is to say about a time, for tooltips. */
export function fullTime(at: number): string {
  return full.value.format(at);
}

/** Today, Yesterday, then the date; with its year when that is not this one. Both in ms. */
export function dayName(day: number, now: number): string {
  const daysAgo = dayNumber(now) - dayNumber(day);
  if (daysAgo === 0) return t("Today");
  if (daysAgo === 1) return t("Yesterday");
  const isThisYear = new Date(day).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? thisYear : otherYear).value.format(day);
}

/** The time today, else the day. Both in ms. */
export function dayOrTime(at: number, now: number): string {
  return dayNumber(at) === dayNumber(now) ? clockTime(at) : dayName(at, now);
}

/** The time today, else the day and the time. Both in ms. */
export function timeOrDate(at: number, now: number): string {
  return dayNumber(at) === dayNumber(now) ? clockTime(at) : fullTime(at);
}

/** Days of the calendar, counted: in some zones a day has no midnight, or 25 hours. */
function dayNumber(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
}
