/** Takes the pictures of the README: the real product, a team in it, what one of them sees. Light and dark, on a desk and on a phone. */
import type { BrowserContextOptions } from "playwright-core";
import { NARROW, openBrowser, Someone, WIDE } from "./browser/people.ts";
import { Site } from "./site.ts";
import { TALK, TEAM } from "./talk.ts";

const DOCS = new URL("../docs/", import.meta.url).pathname;
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  screenshot: { ...WIDE, deviceScaleFactor: 1.5, colorScheme: "light" },
  "screenshot-dark": { ...WIDE, deviceScaleFactor: 1.5, colorScheme: "dark" },
  "screenshot-phone": { ...NARROW, deviceScaleFactor: 2, colorScheme: "light" },
};
/** Which part of the talk is shown, and who reacts to which of its lines with what. */
const SHOWN = [29, 43] as const;
const REACTIONS: readonly (readonly [line: number, who: readonly number[], emoji: string])[] = [
  [32, [0, 3, 4], "🙏"],
  [39, [0, 2, 4], "🎉"],
  [39, [3], "🗺️"],
];
const CHANNELS = ["announcements", "catalogue", "exhibition", "press", "random"];

const site = new Site();
const browser = await openBrowser();
try {
  await site.start();
  const cookies: string[] = [];
  for (const name of TEAM) {
    const answer = await ask("POST", "/api/session", { name });
    cookies.push(answer.headers.get("set-cookie")?.split(";")[0] ?? "");
  }
  for (const name of CHANNELS) await ask("POST", "/api/channels", { name }, 0);
  const ids = new Map<number, string>();
  for (const [line, [who, text]] of TALK.entries()) {
    if (line < SHOWN[0] || line >= SHOWN[1]) continue;
    const id = crypto.randomUUID();
    ids.set(line, id);
    await ask("POST", "/api/channels/exhibition/messages", { id, text }, who);
  }
  for (const [line, people, emoji] of REACTIONS) {
    for (const who of people) {
      const path = `/api/channels/exhibition/messages/${ids.get(line)}/reactions`;
      await ask("POST", path, { emoji, on: true }, who);
    }
  }
  for (const [look, options] of Object.entries(LOOKS)) {
    const mira = await Someone.open(browser, "Mira", options);
    await mira.context.addCookies([toCookie(cookies[0] ?? "")]);
    await mira.page.goto(`${site.url}/c/exhibition`);
    await mira.isReady();
    if (look === "screenshot") {
      await mira.openDirect("Jonas Weiß");
      await mira.openChannel("exhibition");
      for (const channel of ["catalogue", "press"]) await say(channel, 2, "The proofs are here.");
      await say("press", 3, `Can you look at this before noon, <@${await idOf(0)}>?`);
      await mira.page.getByRole("navigation").locator(".count").nth(1).waitFor();
    }
    await mira.page.evaluate(() => document.querySelector<HTMLElement>(":focus")?.blur());
    await mira.page.mouse.move(0, 0);
    await mira.page.screenshot({ path: `${DOCS}${look}.png`, animations: "disabled" });
    await mira.context.close();
  }

  async function ask(method: string, path: string, body?: object, who?: number): Promise<Response> {
    const headers = who === undefined ? {} : { cookie: cookies[who] ?? "" };
    const answer = await fetch(site.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (answer.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get("Retry-After")) * 1_000));
      return ask(method, path, body, who);
    }
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async function say(channel: string, who: number, text: string): Promise<void> {
    await ask("POST", `/api/channels/${channel}/messages`, { id: crypto.randomUUID(), text }, who);
  }

  async function idOf(who: number): Promise<string> {
    const { person }: { person: { id: string } } = JSON.parse(
      await (await ask("GET", "/api/session", undefined, who)).text(),
    );
    return person.id;
  }
} finally {
  await browser.close();
  await site.clear();
}

function toCookie(written: string) {
  const [name = "", value = ""] = written.split("=");
  return { name, value, url: site.url };
}
