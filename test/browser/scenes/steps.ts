/** What scenes do on their way: choose, open, wait, and stand between the page and the server. */
import type { Page, WebSocketRoute } from "playwright-core";
import type { Site } from "../../site.ts";
import type { Someone } from "../people.ts";
import { moveIn } from "../scene-content.ts";

/** Chooses as the settings do, in every tab. */
export async function prefer(page: Page, name: string, choice: string): Promise<void> {
  await page.evaluate(
    ([key, value]) => {
      localStorage.setItem(key, value);
      dispatchEvent(new StorageEvent("storage", { key, newValue: value }));
    },
    [`flack.${name}`, choice] as const,
  );
  if (!["theme", "density", "language"].includes(name)) return; // nothing shows it
  await page.waitForFunction(
    ([key, value]) => [document.documentElement.dataset[key], document.documentElement.lang].includes(value),
    [name, choice] as const,
  );
}

/** Transitions have ended, but for what goes on as long as it is shown. */
export async function settle({ page }: Someone): Promise<void> {
  await page.evaluate(() => {
    // What follows the scrolling of its element never finishes.
    const ending = document
      .getAnimations()
      .filter(
        ({ effect, timeline }) => timeline === document.timeline && effect?.getComputedTiming().endTime !== Infinity,
      );
    return Promise.allSettled(ending.map(({ finished }) => finished));
  });
  await page.locator("[data-scrolling]").waitFor({ state: "detached" });
  await page.locator(".rail-state.late").waitFor({ state: "detached" });
}

export type Frame = Readonly<Record<string, unknown>>;

/** Stands between the page and the server: frames come to the page as `change` makes them, a command may be `answered` at once. */
export async function rewire(
  page: Page,
  address: RegExp,
  change: (frame: Frame, route: WebSocketRoute) => Frame,
  answered: (command: Frame) => Frame | undefined = () => undefined,
): Promise<void> {
  await page.routeWebSocket(address, (route) => {
    const server = route.connectToServer();
    server.onMessage((data) => {
      const text = String(data);
      route.send(text.startsWith("{") ? JSON.stringify(change(JSON.parse(text), route)) : text);
    });
    route.onMessage((data) => {
      const text = String(data);
      const answer = text.startsWith("{") ? answered(JSON.parse(text)) : undefined;
      if (answer) route.send(JSON.stringify(answer));
      else server.send(data);
    });
  });
}

/** In the channel of a hundred messages. */
export async function inFull(who: Someone, site: Site): Promise<void> {
  await moveIn(who, site, "/c/exhibition");
  await who.page.getByText("Latest 100 messages are kept").waitFor();
  await who.page.waitForFunction(() => document.querySelectorAll(".log li.message").length === 100);
}

/** On a phone the conversations are in a drawer. */
export async function drawer({ page }: Someone): Promise<void> {
  const button = page.getByRole("button", { name: "Open conversations" });
  if (await button.isVisible()) await button.click();
}

/** What opens by a key. */
export async function sheet({ page }: Someone, keys: string): Promise<void> {
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("background-")),
  );
  await nextFrame(page);
  await page.keyboard.press(keys);
  await page.locator("dialog[open]").waitFor();
}

/** Makes the channel one's own, as far as the page knows. */
export async function own({ page }: Someone, site: Site, channel = "design"): Promise<void> {
  await rewire(page, /directory\/socket/, (frame) =>
    frame["type"] === "directory" ? { ...frame, owner: true } : frame,
  );
  await page.goto(`${site.url}/c/${channel}`);
  await page.getByRole("button", { name: "Details", exact: true }).waitFor();
}

export async function picturesShown({ page }: Someone): Promise<void> {
  const first = page.locator(".picture img").first();
  await first.waitFor();
  await first.evaluate((image: HTMLImageElement) => image.decode());
}

/** As if that many messages of the three longest conversations had not been read yet. */
export async function leaveUnread(page: Page, count: number): Promise<void> {
  await page.evaluate(async (unread) => {
    const socket = new WebSocket(new URL("/api/directory/socket", location.href).href.replace("http", "ws"));
    const first = await new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => resolve(String(data));
    });
    const { channels }: { channels: { id: string; seq: number }[] } = JSON.parse(first);
    // The server takes three such frames at once.
    const longest = channels.filter(({ seq }) => seq > 0).sort((a, b) => b.seq - a.seq);
    for (const { id, seq } of longest.slice(0, 3)) {
      socket.send(JSON.stringify({ type: "unread", id, seq: Math.max(1, seq - unread + 1) }));
    }
    socket.close();
  }, count);
  await page.reload();
}

/** What was done by now is shown. */
export async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export function click(element: Element): void {
  if (element instanceof HTMLElement) element.click();
}

export function lastOf({ messages }: Frame): { readonly seq: number; readonly rev: number } | undefined {
  return Array.isArray(messages) ? messages.at(-1) : undefined;
}

export function ownId({ you }: Frame): string {
  return typeof you === "object" && you !== null ? String(Reflect.get(you, "id")) : "";
}

export function invented(last: { readonly seq: number; readonly rev: number } | undefined, n: number) {
  const author = { id: "cem-for-the-scene-012345", name: "Cem" };
  const seq = (last?.seq ?? 0) + n;
  return {
    id: crypto.randomUUID(),
    seq,
    rev: (last?.rev ?? 0) + 1_000 + n,
    author,
    sentAt: Date.now(),
    text: `Room ${n} is ready.`,
  };
}
