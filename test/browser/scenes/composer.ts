/** Where one writes. */
import type { WebSocketRoute } from "playwright-core";
import { longText, moveIn, nextFair, privateChannel } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import { click, picturesShown, rewire } from "./steps.ts";

export const COMPOSER: readonly Scene[] = [
  {
    name: "composer at work",
    shows: "Composer",
    async open(who, site) {
      await moveIn(who, site, "/c/catalogue");
      await picturesShown(who);
      const { page } = who;
      await page.getByRole("textbox", { name: /^Message / }).focus();
      await page.evaluate(() => {
        const data = new DataTransfer();
        const names =
          "agenda,floor plan of all rooms with the new doors and the way for wheelchairs,loans,quiz,press,tours,budget,light,guests,music";
        for (const [n, name] of names.split(",").entries()) {
          data.items.add(new File(["words ".repeat(9 ** (n % 5))], `${name}.txt`, { type: "text/plain" }));
        }
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      });
      await page
        .getByRole("button", { name: /^Remove / })
        .nth(9)
        .waitFor();
      const row = who.message("The first draft of the poster, and the agreement");
      await row.getByRole("button", { name: "Reply" }).evaluate(click);
      await page
        .getByRole("textbox", { name: /^Message / })
        .pressSequentially("Here is everything for Monday. More in #");
      await page.getByRole("listbox").waitFor();
    },
  },
  {
    name: "a long text",
    shows: "Composer",
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await who.page.getByRole("textbox", { name: /^Message / }).fill(longText(4_188));
      await who.page.locator(".counter").waitFor();
    },
  },
  {
    name: "editing",
    shows: "Composer",
    async open(who, site) {
      await privateChannel(who, site);
      await who.say("I'll bring the gloves, and the papers are in the folder tomorow.");
      await who.allSent();
      await who.page.getByRole("textbox", { name: /^Message / }).press("ArrowUp");
      await who.page.getByRole("textbox", { name: "Edit message" }).waitFor();
    },
  },
  {
    name: "typing",
    shows: "Composer",
    async open(who, site) {
      let channel: WebSocketRoute | undefined;
      await rewire(who.page, /\/channels\/.*socket/, (frame, route) => {
        channel = route;
        return frame;
      });
      await moveIn(who, site, "/c/exhibition");
      for (const name of ["Leïla Haddad", "Jonas Weiß"]) {
        channel?.send(
          JSON.stringify({ type: "typing", person: { id: `typist-${name.slice(0, 1)}-0123456789`, name } }),
        );
      }
      await who.page.getByText("are typing").waitFor();
    },
  },
  {
    name: "emoji picker",
    shows: "Composer",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.page.getByRole("button", { name: "Add emoji" }).click();
      await who.page.getByRole("textbox", { name: "Search emoji" }).waitFor();
    },
  },
  {
    name: "unsent messages",
    shows: "Messages",
    isExamined: true,
    async open(who, site) {
      const name = nextFair();
      await moveIn(who, site, "/c/exhibition");
      await who.context.request.post(`${site.url}/api/channels`, { data: { name } });
      await who.page.goto(`${site.url}/c/${name}`);
      const field = who.page.getByRole("textbox", { name: `Message #${name}` });
      await field.fill("The stall plan is on the second page.\nBring it to the gate.");
      await who.context.request.delete(`${site.url}/api/channels/${name}`);
      await who.page.getByRole("button", { name: "Go to #general" }).click();
      const drawer = who.page.getByRole("button", { name: "Open conversations" });
      if (await drawer.isVisible()) await drawer.click();
      await who.page.getByRole("button", { name: /^Unsent messages/ }).click();
      await who.page.getByRole("dialog", { name: "Unsent messages" }).waitFor();
    },
  },
];
