/** How the size of a file reads. */
import { computed } from "@preact/signals";
import { locale } from "../../i18n/i18n.ts";

const KIB = 1024;

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

/** A file's size as people say it: `9.4 MB`. A MB is 1024 × 1024 bytes, as in the limit that the server tells. */
export function fileSize(bytes: number): string {
  const step = bytes < KIB ? 0 : bytes < KIB ** 2 ? 1 : 2;
  return units.value[step]?.format(bytes / KIB ** step) ?? "";
}
