/** How times and sizes read, by language and zone. Formatters are made once a language: making one costs more than using it. */
import { computed } from "@preact/signals";
import { locale, t } from "../../i18n/i18n.ts";

const dates = computed(() => ({
  clock: new Intl.DateTimeFormat(locale.value, { hour: "numeric", minute: "2-digit" }),
  full: new Intl.DateTimeFormat(locale.value, { dateStyle: "full", timeStyle: "medium" }),
  thisYear: new Intl.DateTimeFormat(locale.value, { weekday: "long", day: "numeric", month: "long" }),
  otherYear: new Intl.DateTimeFormat(locale.value, { dateStyle: "long" }),
}));

/** `14:02` */
export function clockTime(at: number): string {
  return dates.value.clock.format(at);
}

/** Everything there is to say about a time, for tooltips. */
export function fullTime(at: number): string {
  return dates.value.full.format(at);
}

/** Today, Yesterday, then the date; with its year when that is not this one. Both in ms. */
export function dayName(day: number, now: number): string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
  if (day === today) return t("Today");
  if (day === yesterday) return t("Yesterday");
  const { thisYear, otherYear } = dates.value;
  return (new Date(day).getFullYear() === new Date(now).getFullYear() ? thisYear : otherYear).format(day);
}

const units = computed(() =>
  ["byte", "kilobyte", "megabyte"].map(
    (unit, step) =>
      new Intl.NumberFormat(locale.value, {
        style: "unit",
        unit,
        unitDisplay: step === 0 ? "long" : "short",
        maximumFractionDigits: 1,
      }),
  ),
);

/** A file's size as people say it: `9.4 MB`. */
export function fileSize(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  return units.value[step]?.format(bytes / 1_000 ** step) ?? "";
}
