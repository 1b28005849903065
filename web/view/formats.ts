/** How times and sizes read, by the browser's language and zone. Formatters are made once: making one costs more than using it. */
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const thisYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** `14:02` */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** Everything there is to say about a time, for tooltips. */
export function fullTime(at: number): string {
  return full.format(at);
}

/** Today, Yesterday, then the date; with its year when that is not this one. Both in ms. */
export function dayName(day: number, now: number): string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
  if (day === today) return "Today";
  if (day === yesterday) return "Yesterday";
  return new Date(day).getFullYear() === new Date(now).getFullYear() ? thisYear.format(day) : otherYear.format(day);
}

const units = ["byte", "kilobyte", "megabyte"].map(
  (unit, step) =>
    new Intl.NumberFormat(undefined, {
      style: "unit",
      unit,
      unitDisplay: step === 0 ? "long" : "short",
      maximumFractionDigits: 1,
    }),
);

/** A file's size as people say it: `9.4 MB`. */
export function fileSize(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  return units[step]?.format(bytes / 1_000 ** step) ?? "";
}
