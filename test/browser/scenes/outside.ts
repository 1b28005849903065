/** Before anyone is in, and where there is nothing to show. */
import type { WebSocketRoute } from "playwright-core";
import { HOST, moveIn, nextFair } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import { inFull, rewire } from "./steps.ts";

export const OUTSIDE: readonly Scene[] = [
  {
    name: "first run",
    shows: "Screens",
    isOutside: true,
    async open({ page }, site) {
      await page.goto(site.url);
      await page.locator("#display-name").waitFor();
    },
  },
  {
    name: "welcome",
    shows: "Screens",
    isExamined: true,
    isOutside: true,
    async open({ page }, site) {
      await page.goto(site.url);
      await page.locator("#display-name").fill(HOST);
      await page.locator("button.primary").click();
      await page.getByRole("button", { name: "Ada Lovelace 2" }).waitFor();
    },
  },
  {
    name: "a code is asked for",
    shows: "Screens",
    isOutside: true,
    async open({ page }, site) {
      await page.route("**/api/site", (route) =>
        route.fulfill({ json: { name: "The reading circle", accessCode: true, files: true } }),
      );
      await page.goto(site.url);
      await page.locator("#access-code").waitFor();
      await page.locator("#display-name").fill("a name!");
    },
  },
  {
    name: "unreachable",
    shows: "Screens",
    isOutside: true,
    async open({ page }, site) {
      await page.route("**/api/**", (route) => route.abort());
      await page.goto(site.url);
      await page.locator(".notice").waitFor();
    },
  },
  {
    name: "signed out elsewhere",
    shows: "Screens",
    isOutside: true,
    async open(who, site) {
      // The directory's first frame may come after the composer.
      const directory = Promise.withResolvers<WebSocketRoute>();
      await rewire(who.page, /directory\/socket/, (frame, route) => {
        directory.resolve(route);
        return frame;
      });
      await who.page.goto(site.url);
      await who.page.locator("#display-name").fill(who.name);
      await who.page.locator("button.primary").click();
      await who.page.locator("#composer-text").waitFor();
      await who.page.route("**/api/session", (route) => route.fulfill({ status: 401, json: {} }));
      (await directory.promise).send(
        JSON.stringify({ type: "error", code: "unauthorized", detail: "This session has ended." }),
      );
      await who.page.locator(".notice").waitFor();
    },
  },
  {
    name: "no such channel",
    shows: "Screens",
    isApart: true,
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await who.page.goto(`${site.url}/c/never-made`);
      await who.page.getByRole("heading", { name: "#never-made" }).waitFor();
    },
  },
  {
    name: "nowhere",
    shows: "Screens",
    isApart: true,
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await who.page.goto(`${site.url}/nowhere/at/all`);
      await who.page.locator(".notice").waitFor();
    },
  },
  {
    name: "deleted channel",
    shows: "Screens",
    async open(who, site) {
      const name = nextFair();
      await moveIn(who, site, "/c/exhibition");
      await who.context.request.post(`${site.url}/api/channels`, { data: { name } });
      await who.page.goto(`${site.url}/c/${name}`);
      await who.page.getByRole("textbox", { name: `Message #${name}` }).waitFor();
      await who.context.request.delete(`${site.url}/api/channels/${name}`);
      await who.page.locator(".notice").waitFor();
    },
  },
  ...(
    [
      ["too many windows", 4009],
      ["something wrong", 1008],
    ] as const
  ).map(
    ([name, code]): Scene => ({
      name,
      shows: "Screens",
      async open(who, site) {
        let channel: WebSocketRoute | undefined;
        await rewire(who.page, /\/channels\/.*socket/, (frame, route) => {
          channel = route;
          return frame;
        });
        await inFull(who, site);
        await channel?.close({ code });
        await who.page.locator("dialog, .notice").waitFor();
      },
    }),
  ),
];
