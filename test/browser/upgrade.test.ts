/** A device that used version 0.1 meets this one: no word is lost, choices stay, and nothing else is left. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

const site = new Site();
let browser: Browser;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** What version 0.1 kept, as it wrote it. Runs in the page. */
async function leaveProfile(): Promise<void> {
  const id = "ada-of-version-0-1-xxx";
  const epoch = "epoch-of-version-0-1-x";
  const kept = {
    "flack.person": JSON.stringify({ id, name: "Ada" }),
    [`flack.${id}.place`]: "/c/harbour",
    [`flack.${id}.recents`]: "harbour general",
    [`flack.${id}.read.${epoch}`]: "12",
    [`flack.${id}.draft.${epoch}`]: "half a thought\nabout the harbour",
    [`flack.${id}.edit.${epoch}`]: JSON.stringify({ id: "0f8fad5b-d9cb-469f-a165-70867728950e", text: "said better" }),
    "flack.theme": "dark",
  };
  for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value);
  const entry = { personId: id, epoch, channelId: "harbour", madeAt: 1, dueAt: 1, tab: "a-tab" };
  const entries = [
    { ...entry, kind: "send", id: "11111111-2222-4333-8444-555555555555", text: "never arrived" },
    {
      ...entry,
      kind: "send",
      id: "31111111-2222-4333-8444-555555555555",
      text: "",
      attachments: [{ id: "a-file", name: "plan.pdf", size: 3, type: "application/pdf" }],
    },
    { ...entry, kind: "edit", id: "41111111-2222-4333-8444-555555555555", text: "mended too late" },
    { ...entry, kind: "delete", id: "21111111-2222-4333-8444-555555555555" },
  ];
  const put = (database: string, values: readonly (readonly [string, unknown])[]) =>
    new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(database);
      opening.onupgradeneeded = () => opening.result.createObjectStore("entries");
      opening.onerror = reject;
      opening.onsuccess = () => {
        const transaction = opening.result.transaction("entries", "readwrite");
        for (const [key, value] of values) transaction.objectStore("entries").put(value, key);
        transaction.oncomplete = () => {
          opening.result.close();
          resolve();
        };
      };
    });
  await put(
    "flack-outbox",
    entries.map((one) => [`${one.kind} ${one.id}`, one] as const),
  );
  await put("flack-kept", [[`${id} ${epoch}`, { channelId: "harbour", window: { epoch, messages: ["old words"] } }]]);
  await (await caches.open("flack-0123456789")).put("/assets/old.js", new Response("old"));
}

test("drafts and unsent messages are under Unsent messages, the theme stays, and nothing else is left", async () => {
  const ada = await Someone.open(browser, "Ada Returns");
  await ada.context.addCookies([{ name: "flack_session", value: "o".repeat(43), url: site.url }]);
  await ada.page.goto(`${site.url}/favicon.svg`);
  await ada.page.evaluate(leaveProfile);
  await ada.join(site);
  await ada.page.getByRole("button", { name: /Unsent messages/ }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Unsent messages" });
  for (const text of ["half a thought", "said better", "never arrived", "plan.pdf", "mended too late"])
    await dialog.getByText(text).waitFor();
  expect(await dialog.getByRole("listitem").count()).toBe(5);
  expect(await ada.page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await ada.page.reload();
  await ada.page.getByRole("button", { name: /Unsent messages/ }).click();
  for (let left = 5; left > 0; left--) {
    await dialog.getByRole("button", { name: "Discard" }).first().click();
    await ada.page.waitForFunction((count) => document.querySelectorAll(".unsent li").length === count, left - 1);
  }
  await ada.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect
    .poll(() => ada.page.evaluate(() => caches.keys()), { timeout: 10_000 })
    .not.toContain("flack-0123456789");
  const left = await ada.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("of-version-0-1")));
  expect(left).toEqual([]);
  expect(await ada.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("half a thought");
  await ada.context.close();
});
