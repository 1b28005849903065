/**
 * Writes what is made of other sources and committed: `npm run generate`. Tests fail when one of them is behind.
 *   worker/http/tool-schemas.ts             of the schemas of the tools
 *   worker/platform/confusables-table.ts    of the table that unhomoglyph has, in a third of its size
 */
import { readFileSync, writeFileSync } from "node:fs";
import { toolSchemas } from "../worker/openapi/tool-schemas.ts";

const project = new URL("..", import.meta.url);

write("worker/http/tool-schemas.ts", [
  "/** The arguments of each tool as JSON schemas. Made by `npm run generate` of ../protocol/tools.ts. */",
  `export const TOOL_SCHEMAS = ${JSON.stringify(toolSchemas())};`,
]);

const table: Record<string, string> = JSON.parse(
  readFileSync(new URL("node_modules/unhomoglyph/data.json", project), "utf8"),
);
const { listed, derived } = packed(table);
write("worker/platform/confusables-table.ts", [
  "/** Which characters look like which, by UTS #39 (Unicode 13). Made by `npm run generate` of the table in unhomoglyph. */",
  "",
  "/** `<steps from the character before> <what it looks like, by code points>;…`, all numbers in base 36. */",
  `export const LISTED = ${JSON.stringify(listed)};`,
  "/** Those whose compatibility decomposition (NFKD) says it too: `<steps from the range before>-<steps to its end>,…`. */",
  `export const DERIVED = ${JSON.stringify(derived)};`,
]);

function write(file: string, lines: readonly string[]): void {
  writeFileSync(new URL(file, project), `${lines.join("\n")}\n`);
}

/** More than half of the table follows from Unicode's own decompositions. The rest is written as steps from one character to the next. */
function packed(whole: Readonly<Record<string, string>>) {
  const isDerived = (character: string) => {
    const parts = character.normalize("NFKD");
    return parts !== character && [...parts].map((part) => whole[part] ?? part).join("") === whole[character];
  };
  const codes = Object.keys(whole)
    .map((character) => character.codePointAt(0) ?? 0)
    .sort((a, b) => a - b);
  const [rest, known] = [false, true].map((is) => codes.filter((code) => isDerived(String.fromCodePoint(code)) === is));
  let before = 0;
  const step = (code: number) => {
    const steps = (code - before).toString(36);
    before = code;
    return steps;
  };
  const listed = (rest ?? []).map((code) => {
    const looks = [...(whole[String.fromCodePoint(code)] ?? "")].map((part) => part.codePointAt(0)?.toString(36));
    return `${step(code)} ${looks.join(".")}`;
  });
  before = 0;
  const ranges: [first: number, last: number][] = [];
  for (const code of known ?? []) {
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  const derived = ranges.map(([first, last]) => `${step(first)}-${step(last)}`);
  return { listed: listed.join(";"), derived: derived.join(",") };
}
