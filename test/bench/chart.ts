/** Bars as a picture that stands in a page, light and dark. Pure: figures in, SVG out. */
import { figure } from "../pages.ts";

type Bar = { readonly label: string; readonly value: number; readonly least: number; readonly most: number };
/** Each has a scale of its own. */
export type Bars = { readonly title: string; readonly bars: readonly Bar[] };

const WIDTH = 760;
const LABEL_WIDTH = 180;
const FIGURE_WIDTH = 100;
const ROW = 24;
const TITLE = 44;
/** Whose bars stand out. */
const OWN = "Flack";

/** One group below the other. A thin line in a bar's end is the spread over the rounds. */
export function chart(groups: readonly Bars[]): string {
  let top = 8;
  const parts: string[] = [];
  for (const { title, bars } of groups) {
    const most = Math.max(...bars.map((bar) => bar.most));
    const lengthOf = (value: number) => ((WIDTH - LABEL_WIDTH - FIGURE_WIDTH) * value) / most;
    parts.push(`<text class="title" x="0" y="${top + 24}">${quoted(title)}</text>`);
    top += TITLE;
    for (const { label, value, least, most: highest } of bars) {
      const middle = top + ROW / 2;
      parts.push(
        `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${quoted(label)}</text>`,
        `<rect class="${label === OWN ? "own" : "other"}" x="${LABEL_WIDTH}" y="${top + 4}" width="${px(Math.max(1, lengthOf(value)))}" height="${ROW - 8}" rx="3"/>`,
        `<line x1="${px(LABEL_WIDTH + lengthOf(least))}" x2="${px(LABEL_WIDTH + lengthOf(highest))}" y1="${middle}" y2="${middle}"/>`,
        `<text x="${px(LABEL_WIDTH + lengthOf(highest) + 8)}" y="${middle + 4}">${figure(value)}</text>`,
      );
      top += ROW;
    }
    top += 12;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-label="${quoted(groups.map(({ title }) => title).join("; "))}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #30343f; }
  .title { font-weight: 600; }
  .own { fill: #4d52d6; }
  .other { fill: #b4b8c7; }
  line { stroke: #30343f; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #d9dce6; }
    .own { fill: #9ba0ff; }
    .other { fill: #565b6d; }
    line { stroke: #d9dce6; }
  }
</style>
${parts.join("\n")}
</svg>
`;
}

function px(value: number): string {
  return value.toFixed(1);
}

function quoted(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
