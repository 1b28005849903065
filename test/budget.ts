/** What people and the platform have to load, against the budgets: run after a change, and in CI. Builds both first. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const KIB = 1024;

/**
 * Bytes on the wire: the client's first load, and the Worker minified. More than half of the Worker's are two tables that others
 * keep up: what tells a file's type from its bytes (file-type, 23 KiB), and which letters look alike (UTS #39, 9 KiB).
 */
const BUDGETS = [
  {
    what: "JavaScript of the first load",
    files: () => [...firstLoad(".js"), ...inside("index.html", "script")],
    maxBytes: 45 * KIB,
  },
  { what: "Markdown parser and what parts share, beside it", files: () => preloaded(), maxBytes: 23 * KIB },
  { what: "Screen for a newcomer, fetched instead of the parser", files: () => forNewcomers(), maxBytes: 6 * KIB },
  {
    what: "CSS of the first load",
    files: () => [...firstLoad(".css"), ...inside("index.html", "style")],
    maxBytes: 10 * KIB,
  },
  {
    what: "JavaScript of a guest link's page",
    files: () => [...scriptsOf("watch.html", ".js"), ...inside("watch.html", "script")],
    maxBytes: 25 * KIB,
  },
  { what: "Worker", files: worker, maxBytes: 120 * KIB },
];

const project = new URL("..", import.meta.url).pathname;
const site = join(project, "dist/site");
const wrangler = join(project, "node_modules/wrangler/bin/wrangler.js");
const out = mkdtempSync(join(tmpdir(), "flack-budget-"));

execFileSync(process.execPath, [wrangler, "deploy", "--dry-run", "--minify", "--outdir", out], {
  cwd: project,
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, CI: "1", WRANGLER_SEND_ERROR_REPORTS: "false", WRANGLER_HIDE_BANNER: "true" },
});

let failed = 0;
for (const { what, files, maxBytes } of BUDGETS) {
  const bytes = files().reduce((sum, content) => sum + gzipSync(content, { level: 9 }).byteLength, 0);
  const isOver = bytes === 0 || bytes > maxBytes;
  if (isOver) failed++;
  console.log(`${isOver ? "OVER" : "ok  "} ${what}: ${kib(bytes)} of ${kib(maxBytes)} KiB gzipped`);
}
/** What is loaded when it is opened: each is a file of its own, and its words are not in the first load. */
const LATER = [
  { what: "emoji", words: "smiley_cat" },
  { what: "emoji", words: "Search emoji" },
  { what: "details", words: "Next picture" },
  { what: "details", words: "The link as a QR code" },
  { what: "settings", words: "Use on another device" },
];
const first = firstLoad(".js").map((script) => script.toString());
for (const { what, words } of LATER) {
  const parts = readdirSync(join(site, "assets")).filter((name) => name.startsWith(`${what}-`));
  const isLater = parts.some((name) => readFileSync(join(site, "assets", name), "utf8").includes(words));
  if (isLater && !first.some((script) => script.includes(words))) continue;
  failed++;
  console.log(`OVER ${what} is not loaded later`);
}
// The composer waits for what its part imports: each further part is a request.
const AT_ONCE = /^(?:index|shared|rolldown-runtime)-/;
for (const name of readdirSync(join(site, "assets")).filter((file) => /^conversation-.*\.js$/.test(file))) {
  const imported = [...readFileSync(join(site, "assets", name), "utf8").matchAll(/from\s*["'`]\.\/([^"'`]+)/g)];
  const further = imported.map(([, file = ""]) => file).filter((file) => !AT_ONCE.test(file));
  if (imported.length > 0 && further.length === 0) continue;
  failed++;
  console.log(`OVER the composer waits for ${further.join(", ") || "a part whose imports are not seen"}`);
}
rmSync(out, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;

/** The files that index.html has the browser fetch early. */
function preloaded(): Buffer[] {
  return filesIn("index.html", /(?:rel="modulepreload"|class="member")[^>]*href="\/([^"]+)"/g);
}

/** What a device without a signed-in person fetches instead. */
function forNewcomers(): Buffer[] {
  return filesIn("index.html", /class="newcomer"[^>]*href="\/([^"]+\.js)"/g);
}

/** The files that index.html runs or paints with. */
function firstLoad(ending: string): Buffer[] {
  const early = [...preloaded(), ...forNewcomers()];
  return scriptsOf("index.html", ending).filter((file) => !early.some((other) => other.equals(file)));
}

/** The files of a page with that ending. */
function scriptsOf(page: string, ending: string): Buffer[] {
  return filesIn(page, new RegExp(`(?:src|href)="/([^"]+\\${ending})"`, "g"));
}

function filesIn(page: string, pattern: RegExp): Buffer[] {
  return [...readFileSync(join(site, page), "utf8").matchAll(pattern)].map(([, path = ""]) =>
    readFileSync(join(site, path)),
  );
}

/** The scripts or the styles inside a page. */
function inside(page: string, element: "script" | "style"): Buffer[] {
  const pattern = new RegExp(`<${element}>(.+?)</${element}>`, "gs");
  return [...readFileSync(join(site, page), "utf8").matchAll(pattern)].map(([, content = ""]) => Buffer.from(content));
}

function worker(): Buffer[] {
  return readdirSync(out)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(out, name)));
}

function kib(bytes: number): string {
  return (bytes / KIB).toFixed(1);
}
