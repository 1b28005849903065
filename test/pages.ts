/** Pages that people write and programs fill in: what stands between a page's own marks is made anew. */
import { readFileSync, writeFileSync } from "node:fs";

/** Puts `text` between `<!-- name -->` and `<!-- /name -->` of a page, which has both. */
export function fillIn(page: string, name: string, text: string): void {
  const held = readFileSync(page, "utf8");
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = held.indexOf(start);
  const to = held.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(page, `${held.slice(0, from + start.length)}\n\n${text}\n\n${held.slice(to)}`);
}

/** A table of GitHub's Markdown; the first column is words, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Three figures that count, with a comma between thousands; small ones as they are. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  const rounded = Number(value.toFixed(Math.min(digits, 6)));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half)] ?? Number.NaN)) / 2;
}
