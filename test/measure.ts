/**
 * What the page costs its users: bytes, requests, times and memory, in a real browser on the product's own server.
 *
 *   npm run measure                      all of it, and Lighthouse, which is fetched for the run
 *   npm run measure -- --no-lighthouse
 *
 * Times are of this machine. The slow network is Lighthouse's "slow 4G" (150 ms, 1.6 Mbit/s down, 0.75 up) with the processor
 * slowed down four times; browsers do not slow down WebSockets.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { CHROMIUM, openBrowser, Someone } from "./browser/people.ts";
import { populate } from "./browser/scene-content.ts";
import { measureRail } from "./measure-rail.ts";
import { freePort, Site } from "./site.ts";

const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const SLOWED_TIMES = 4;
const RUNS = 5;
const RECEIVED = 1_000;
const LIGHTHOUSE = "lighthouse@13.5.0";
const LIGHTHOUSE_MS = 120_000;
const MIB = 1024 * 1024;

const site = new Site();
const browser = await openBrowser();
try {
  await site.start();
  await populate(site, browser);
  const ada = await Someone.open(browser, "Ada");
  await ada.join(site, "/c/exhibition");
  await load(ada, "First load, nothing kept, slow 4G, processor slowed 4 times", { isSlow: true, isKept: false });
  await load(ada, "Coming back, slow 4G, processor slowed 4 times", { isSlow: true, isKept: true });
  await load(ada, "First load, nothing kept, this machine", { isSlow: false, isKept: false });
  await inside(ada);
  console.log("The longest task with 1,500 conversations in the rail (0: none of 50 ms or more)");
  for (const [what, ms] of await measureRail(ada, site)) tell(what, `${ms.toFixed(0)} ms`);
  await memory(ada);
  await ada.context.close();
  if (!process.argv.includes("--no-lighthouse")) await lighthouse();
} finally {
  await browser.close();
  await site.clear();
}

function tell(what: string, figure: string): void {
  console.log(`  ${what.padEnd(44)} ${figure}`);
}

interface Visit {
  readonly isSlow: boolean;
  /** Whether the browser keeps what the former visit has stored; otherwise it has the session's cookie alone. */
  readonly isKept: boolean;
}

/** Opens a full channel with a session, several times, and tells the medians. */
async function load(person: Someone, how: string, visit: Visit): Promise<void> {
  const visits: Awaited<ReturnType<typeof oneLoad>>[] = [];
  for (let n = 0; n < RUNS; n++) visits.push(await oneLoad(person, visit));
  const median = (figure: (seen: (typeof visits)[number]) => number) => spread(visits.map(figure));
  console.log(`${how}: medians of ${RUNS} (and the slowest)`);
  tell(
    "first paint",
    median(({ paint }) => paint),
  );
  tell(
    "first message painted",
    median(({ message }) => message),
  );
  tell(
    "composer usable",
    median(({ composer }) => composer),
  );
  tell("requests until the composer is usable", `${Math.max(...visits.map(({ requests }) => requests.length))}`);
  const last = visits.at(-1);
  const bytes = new Map<string, number>();
  for (const { name, bytes: sum } of last?.requests ?? []) {
    const kind = /\.(?:js|css)$/.exec(name)?.[0] ?? (name.includes("/api/") ? "answers" : "page");
    bytes.set(kind, (bytes.get(kind) ?? 0) + sum);
  }
  for (const [kind, sum] of [...bytes].sort())
    tell(`transferred, headers included: ${kind}`, `${(sum / 1024).toFixed(1)} KiB`);
  if (process.argv.includes("--requests"))
    for (const { name, at, ends } of last?.requests ?? [])
      console.log(`    ${at.toFixed(0).padStart(6)} ${ends.toFixed(0).padStart(6)}  ${name.replace(site.url, "")}`);
}

/** The composer is usable once its field takes a letter and the button beside it can send. */
async function oneLoad({ context }: Someone, { isSlow, isKept }: Visit) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  if (!isKept) {
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Network.setBypassServiceWorker", { bypass: true });
  }
  if (isSlow) {
    await devtools.send("Network.emulateNetworkConditions", SLOW_4G);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED_TIMES });
  }
  const sockets: { name: string; bytes: number; at: number; ends: number }[] = [];
  devtools.on("Network.webSocketCreated", ({ url }) => sockets.push({ name: url, bytes: 0, at: 0, ends: 0 }));
  await page.addInitScript(() => {
    const awaited = {
      "first message": () => document.querySelector("[role=log] li") !== null,
      "composer usable": () =>
        document.querySelector<HTMLTextAreaElement>("textarea#composer-text")?.disabled === false,
    };
    const painted: Promise<void>[] = [];
    const areAllPainted = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        for (const [name, isThere] of Object.entries(awaited)) {
          if (performance.getEntriesByName(name).length > 0 || !isThere()) continue;
          performance.mark(name);
          const frame = new Promise(requestAnimationFrame).then(() => new Promise((next) => setTimeout(next)));
          painted.push(frame.then(() => void performance.mark(`${name}, painted`)));
          if (painted.length === Object.keys(awaited).length) resolve(Promise.all(painted).then(() => {}));
        }
      });
      observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
    });
    Reflect.set(globalThis, "areAllPainted", areAllPainted);
  });
  await page.goto(`${site.url}/c/exhibition`);
  // One question, and no `waitForFunction`: what that puts into the page takes its time from the page.
  await page.evaluate(() => Reflect.get(globalThis, "areAllPainted"));
  const seen = await page.evaluate(() => {
    const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? 0;
    const composer = at("composer usable, painted");
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const requests = entries
      .filter(({ startTime }) => startTime < composer)
      .map((entry) => ({
        name: entry.name,
        bytes: Number(Reflect.get(entry, "transferSize")),
        at: entry.startTime,
        ends: entry.startTime + entry.duration,
      }));
    return { paint: at("first-contentful-paint"), message: at("first message, painted"), composer, requests };
  });
  await page.close();
  return { ...seen, requests: [...seen.requests, ...sockets] };
}

/** What one does all day. */
async function inside({ page, context }: Someone): Promise<void> {
  console.log(`Inside, 100 messages, medians of ${RUNS * 4} (and the slowest)`);
  const switches: number[] = [];
  await page.bringToFront();
  for (let n = 0; n < RUNS * 4; n++) {
    const name = n % 2 === 0 ? "catalogue" : "exhibition";
    switches.push(await painted(page, `.rail-link[href="/c/${name}"]`, "click"));
    await page.getByRole("heading", { name: `#${name}`, exact: true }).waitFor();
    await page.getByRole("textbox", { name: `Message #${name}` }).waitFor();
  }
  tell("switching to a visited channel, painted", spread(switches.slice(2)));

  const keys: number[] = [];
  await page.getByRole("textbox", { name: "Message #exhibition" }).focus();
  for (let n = 0; n < RUNS * 4; n++) keys.push(await painted(page, "#composer-text", "key"));
  tell("key to paint", spread(keys));
  await page.getByRole("textbox", { name: "Message #exhibition" }).fill("");

  const bea = await Someone.open(browser, "Bea");
  await bea.join(site, "/c/exhibition");
  const own: number[] = [];
  const theirs: number[] = [];
  for (let n = 0; n < RUNS * 4; n++) {
    const text = `measured ${n} ${Math.random()}`;
    const there = bea.page.evaluate(shownAt, text);
    const here = page.evaluate(shownAt, text);
    await page.getByRole("textbox", { name: "Message #exhibition" }).fill(text);
    const pressed = await page.evaluate(() => {
      const field = document.querySelector("#composer-text");
      field?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      return performance.timeOrigin + performance.now();
    });
    own.push((await here) - pressed);
    theirs.push((await there) - pressed);
    // Five a second are allowed.
    await page.waitForFunction(() => document.querySelector(".message.sending") === null);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  tell("own message painted", spread(own));
  tell("painted at the other browser", spread(theirs));
  await bea.context.close();
  await context.pages()[0]?.bringToFront();
}

/** From an event to the frame that shows what it did (ms). */
function painted(page: Page, selector: string, kind: "click" | "key"): Promise<number> {
  return page.evaluate(
    ([target, how]) =>
      new Promise<number>((resolve) => {
        const element = document.querySelector<HTMLElement>(target);
        const began = performance.now();
        if (how === "click") element?.click();
        else if (element instanceof HTMLTextAreaElement) {
          element.value += "x";
          element.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve(performance.now() - began);
          channel.port2.postMessage(undefined);
        });
      }),
    [selector, kind] as const,
  );
}

/** When (ms, by the machine's clock) a text is painted. */
function shownAt(text: string): Promise<number> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const isThere = [...document.querySelectorAll(".message .text")].some((row) => row.textContent === text);
      if (!isThere) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
}

/** What stays in the page's memory of a thousand messages that came and went. */
async function memory({ page, context }: Someone): Promise<void> {
  const devtools = await context.newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize;
  };
  const talkers = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const body = JSON.stringify({ name: `Talker ${n}` });
      const signedIn = await fetch(`${site.url}/api/session`, { method: "POST", body });
      return signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    }),
  );
  const before = await heap();
  let last = "";
  for (let round = 0; round < RECEIVED / talkers.length; round++) {
    await Promise.all(
      talkers.map(async (cookie, n) => {
        last = `round ${round} of ${n}`;
        const body = JSON.stringify({ id: crypto.randomUUID(), text: `${last} ${"word ".repeat(20)}` });
        let status = 0;
        while (status !== 201) {
          const answer = await fetch(`${site.url}/api/channels/exhibition/messages`, {
            method: "POST",
            headers: { cookie },
            body,
          });
          status = answer.status;
          if (status !== 201) await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }),
    );
  }
  await page
    .getByText(`round ${RECEIVED / talkers.length - 1} of`)
    .first()
    .waitFor();
  const after = await heap();
  console.log(`Memory, ${RECEIVED} messages received`);
  tell("heap before", `${(before / MIB).toFixed(1)} MiB`);
  tell("heap after", `${(after / MIB).toFixed(1)} MiB`);
  tell("rows in the page", `${await page.getByRole("log").getByRole("listitem").count()}`);
}

/** Lighthouse on a channel of 100 messages and on the first run, by its own measures of a phone. */
async function lighthouse(): Promise<void> {
  console.log("Lighthouse (performance · accessibility · best practices)");
  const folder = mkdtempSync(join(tmpdir(), "flack-lighthouse-"));
  const port = await freePort();
  // A browser of its own: two that steer the same one get into each other's way.
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${folder}`];
  const own = spawn(CHROMIUM, [...options, `--remote-debugging-port=${port}`, "about:blank"], { stdio: "ignore" });
  try {
    await patiently(() => fetch(`http://127.0.0.1:${port}/json/version`));
    tell("first run", scores(`${site.url}/`, port));
    const steered = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const page = await steered.contexts()[0]?.newPage();
    await page?.goto(`${site.url}/c/exhibition`);
    await page?.getByRole("textbox", { name: "Display name" }).fill("Lighthouse");
    await page?.getByRole("button", { name: "Join" }).click();
    await page?.getByRole("listitem").first().waitFor();
    await page?.close();
    await steered.close();
    tell("full channel", scores(`${site.url}/c/exhibition`, port));
  } finally {
    own.kill("SIGINT");
    await once(own, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tries until it works, for a while. */
async function patiently(what: () => Promise<unknown>): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      await what();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function scores(url: string, port: number): string {
  const categories = ["performance", "accessibility", "best-practices"];
  const options = [
    `--port=${port}`,
    "--disable-storage-reset",
    "--quiet",
    "--output=json",
    `--only-categories=${categories}`,
  ];
  const report = execFileSync(
    "npm",
    ["exec", "--yes", `--package=${LIGHTHOUSE}`, "--", "lighthouse", url, ...options],
    {
      encoding: "utf8",
      maxBuffer: 64 * MIB,
      stdio: ["ignore", "pipe", "inherit"],
      timeout: LIGHTHOUSE_MS,
    },
  );
  const { categories: all, audits } = JSON.parse(report);
  const missed = categories.flatMap((name) =>
    all[name].auditRefs.flatMap(({ id, weight }: { id: string; weight: number }) =>
      weight > 0 && audits[id].score !== null && audits[id].score < 0.9
        ? [`${id} ${audits[id].displayValue ?? ""}`.trim()]
        : [],
    ),
  );
  const figures = categories.map((name) => Math.round(all[name].score * 100)).join(" · ");
  return missed.length > 0 ? `${figures} (${missed.join(", ")})` : figures;
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return `${at(0.5)} ms (${at(1)})`;
}
