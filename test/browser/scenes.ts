/**
 * Every screen and state: how to get there, from a page on which nothing has happened, and what of the design it shows.
 * The gallery takes pictures of all of them; those that are `examined` are read by axe in every run.
 */
import type { Page, WebSocketRoute } from "playwright-core";
import type { Site } from "../site.ts";
import { showParts } from "./parts-page.ts";
import type { Someone } from "./people.ts";
import {
  CROWD,
  HOST,
  longText,
  moveIn,
  nextFair,
  nextLine,
  nextProgram,
  nextSensor,
  privateChannel,
} from "./scene-content.ts";

/** The parts of the design. Scenes and the titles of browser tests (`Keys: …`) name them; the gallery lists what nobody shows. */
export const HEADINGS = [
  "Screens",
  "Messages",
  "Composer",
  "Rail",
  "Connection",
  "Notifications",
  "Keys",
  "Accessibility",
  "Looks",
  "Budgets",
] as const;

export type Scene = {
  readonly name: string;
  readonly shows: (typeof HEADINGS)[number];
  readonly isExamined?: true;
  /** Nobody is in yet: the language is chosen before the page is opened. */
  readonly isOutside?: true;
  /** There is no conversation, so another language takes effect with the next load. */
  readonly isApart?: true;
  readonly open: (who: Someone, site: Site) => Promise<void>;
};

export const SCENES: readonly Scene[] = [
  {
    name: "parts",
    shows: "Looks",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.openSettings("You"); // its styles come with it
      await showParts(who.page);
    },
  },
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
    name: "empty channel",
    shows: "Messages",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/garden");
      await own(who, site, "garden");
      await who.page.getByText("This is the start of").waitFor();
    },
  },
  {
    name: "full channel",
    shows: "Messages",
    isExamined: true,
    async open(who, site) {
      await inFull(who, site);
    },
  },
  {
    name: "top of a full channel",
    shows: "Messages",
    async open(who, site) {
      await inFull(who, site);
      await who.page.locator(".log").evaluate((log) => log.scrollTo(0, 0));
    },
  },
  {
    name: "expression",
    shows: "Messages",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/catalogue");
      await who.page.getByRole("button", { name: "🎉 1" }).waitFor();
      await picturesShown(who);
      await who.page.getByText("Labels for room 2").last().hover();
    },
  },
  {
    name: "actions on a message",
    shows: "Messages",
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      const text = nextLine();
      await who.say(text);
      await who.allSent();
      await who.act(text);
    },
  },
  {
    name: "new messages above",
    shows: "Messages",
    async open(who, site) {
      await inFull(who, site);
      await leaveUnread(who.page, 60);
      await who.page.locator(".to-new").waitFor();
    },
  },
  {
    name: "new messages line",
    shows: "Messages",
    async open(who, site) {
      await inFull(who, site);
      await leaveUnread(who.page, 4);
      await who.page.locator(".new-line").waitFor();
    },
  },
  {
    name: "new messages below",
    shows: "Messages",
    async open(who, site) {
      let channel: WebSocketRoute | undefined;
      let last: { readonly seq: number; readonly rev: number } | undefined;
      await rewire(who.page, /\/channels\/.*socket/, (frame, route) => {
        channel = route;
        if (frame["type"] === "welcome") last = lastOf(frame);
        return frame;
      });
      await inFull(who, site);
      await who.page.locator(".log").evaluate((log) => log.scrollTo(0, log.scrollHeight / 2));
      await nextFrame(who.page);
      for (let n = 1; n <= 3; n++) channel?.send(JSON.stringify({ type: "messages", messages: [invented(last, n)] }));
      await who.page.locator(".to-end").waitFor();
    },
  },
  {
    name: "deleting",
    shows: "Messages",
    async open(who, site) {
      await privateChannel(who, site);
      const text = nextLine();
      await who.say(text);
      await who.allSent();
      // It moves the list once, and a menu goes when the list moves.
      await who.page.getByRole("button", { name: "Make a recovery code" }).waitFor();
      const row = who.message(text).last();
      await row.getByRole("button", { name: "More", exact: true }).first().evaluate(click);
      await who.page
        .getByRole("toolbar", { name: "More", exact: true })
        .getByRole("button", { name: "Delete message" })
        .click();
      await who.page.getByRole("button", { name: "Undo" }).waitFor();
    },
  },
  {
    name: "not sent",
    shows: "Messages",
    async open(who, site) {
      await rewire(
        who.page,
        /\/channels\/.*socket/,
        (frame) => frame,
        (command) =>
          command["type"] === "send"
            ? {
                type: "error",
                command: "send",
                id: command["id"],
                code: "forbidden",
                detail: "You don't have permission to do this.",
              }
            : undefined,
      );
      await privateChannel(who, site);
      await who.say(nextLine());
      await who.page.getByRole("button", { name: "Retry" }).waitFor();
    },
  },
  {
    name: "direct conversation",
    shows: "Messages",
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await drawer(who);
      await who.page.getByRole("button", { name: "New direct message" }).click();
      await who.page.getByRole("textbox", { name: "Find people" }).fill("Mira");
      await who.page.locator("button.person", { hasText: "Mira" }).first().click();
      await who.page.getByText("The start of your conversation").waitFor();
    },
  },
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
    name: "conversations",
    shows: "Rail",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await drawer(who);
      await who.page.getByRole("link", { name: "#general", exact: true }).hover();
    },
  },
  {
    name: "unread and mentions",
    shows: "Rail",
    async open(who, site) {
      await rewire(who.page, /directory\/socket/, (frame) => {
        if (frame["type"] !== "directory" || !Array.isArray(frame["channels"])) return frame;
        const [first, ...rest] = frame["channels"];
        const peer = { id: "peer-of-nobody-0123456789", name: "Dora Müller-Lüdenscheidt-Wittelsbach" };
        const direct = {
          ...first,
          id: `${peer.id}~${ownId(frame)}`,
          kind: "direct",
          epoch: "e-direct-0123456",
          name: "",
          peer,
          seq: 2,
        };
        return { ...frame, channels: [first, ...rest, direct] };
      });
      await moveIn(who, site, "/c/design");
      await leaveUnread(who.page, 7);
      await who.page.getByRole("textbox", { name: /^Message / }).waitFor();
      await drawer(who);
      await who.page.locator(".count").first().waitFor();
    },
  },
  {
    name: "new channel",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await drawer(who);
      await who.page.getByRole("button", { name: "New channel" }).click();
      await who.page.getByRole("textbox", { name: "Channel name" }).fill("Design");
      await who.page.getByRole("button", { name: "Open #design" }).waitFor();
    },
  },
  {
    name: "new direct message",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await drawer(who);
      await who.page.getByRole("button", { name: "New direct message" }).click();
      await who.page.locator("button.person").first().waitFor();
    },
  },
  {
    name: "people",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.page.getByRole("button", { name: /\d+ viewing/ }).click();
      await who.page.getByRole("heading", { name: "Viewing now" }).waitFor();
    },
  },
  {
    name: "a hundred people",
    shows: "Screens",
    async open(who, site) {
      await rewire(who.page, /\/channels\/.*socket/, (frame) => {
        if (frame["type"] === "here") return { ...frame, count: 123 };
        if (frame["type"] !== "welcome") return frame;
        const people = CROWD.map((name, n) => ({ id: `here-${String(n).padStart(16, "0")}`, name }));
        return { ...frame, here: { count: 123, people } };
      });
      await moveIn(who, site, "/c/exhibition");
      await who.page.getByRole("button", { name: /123 viewing/ }).click();
      await who.page.getByText(/^And 2\d more\.$/).waitFor();
    },
  },
  {
    name: "switcher",
    shows: "Screens",
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await sheet(who, "Control+k");
      await who.page.getByRole("searchbox").fill("ca");
      await who.page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "search",
    shows: "Screens",
    async open(who, site) {
      await inFull(who, site);
      await sheet(who, "Control+k");
      await who.page.getByRole("searchbox").fill("crates");
      await who.page.locator("mark").first().waitFor();
    },
  },
  {
    name: "settings",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await who.openSettings("You");
      await who.page.getByRole("button", { name: "Sign out" }).click();
      await who.page.getByText("You'll lose the name").waitFor();
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
  {
    name: "settings of notifications",
    shows: "Notifications",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await who.openSettings("Notifications");
      await who.page.getByRole("group", { name: "Notify me about" }).waitFor();
    },
  },
  {
    name: "settings of you",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.openSettings("You");
      await who.page.getByText("This device").waitFor();
    },
  },
  {
    name: "settings of the look",
    shows: "Looks",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.openSettings("Look");
      await who.page.getByRole("radio", { name: "Dark" }).waitFor();
    },
  },
  {
    name: "settings of bots",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.openSettings("Bots and keys");
      await who.page.getByRole("textbox", { name: "Name of a new bot" }).fill(nextProgram());
      await who.page.getByRole("button", { name: "Create bot" }).click();
      await who.page.getByText("You won't see it again").waitFor();
    },
  },
  {
    name: "on another device",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await who.openSettings("You");
      await who.page.getByRole("button", { name: "Use on another device" }).click();
      await who.page.getByRole("img", { name: "The link as a QR code" }).waitFor();
      await who.page.getByRole("img", { name: "The link as a QR code" }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "shortcuts",
    shows: "Keys",
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await sheet(who, "Control+/");
      await who.page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
    },
  },
  {
    name: "details",
    shows: "Screens",
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await own(who, site);
      await who.page.getByRole("button", { name: "Details", exact: true }).click();
      await who.page.getByRole("button", { name: "Delete channel" }).waitFor();
    },
  },
  {
    name: "details of people",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await privateChannel(who, site);
      await who.page.getByRole("button", { name: "Details", exact: true }).click();
      await who.page.getByRole("tab", { name: "People" }).click();
      await who.page
        .getByRole("tabpanel")
        .getByRole("button", { name: /^Remove / })
        .first()
        .waitFor();
    },
  },
  {
    name: "details of integrations",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await privateChannel(who, site);
      await who.page.getByRole("button", { name: "Details", exact: true }).click();
      await who.page.getByRole("tab", { name: "Integrations" }).click();
      await who.page.getByLabel("Name of a new hook").fill(nextProgram());
      await who.page.getByRole("button", { name: "Add hook" }).click();
      await who.page.getByRole("textbox", { name: "Address" }).waitFor();
    },
  },
  {
    name: "a bot's message",
    shows: "Messages",
    isExamined: true,
    async open(who, site) {
      const id = await privateChannel(who, site);
      const made = await who.context.request.post(`${site.url}/api/channels/${id}/hooks`, {
        data: { name: nextSensor() },
        headers: { Origin: site.url },
      });
      const { url }: { url: string } = await made.json();
      const data = {
        attachments: [
          {
            color: "danger",
            title: "Room 2 is too dry",
            title_link: "https://sensors.example.org/rooms/2",
            text: "The humidity has been below 45 % for ten minutes.",
            fields: [
              { title: "Now", value: "43 %" },
              { title: "Agreed with Porto", value: "45 to 55 %" },
            ],
            footer: "Sensor 2, at the north wall",
          },
        ],
      };
      await who.context.request.post(url, { data });
      await who.page.locator(".bot").first().waitFor();
    },
  },
  {
    name: "details of pins",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      const id = await privateChannel(who, site);
      const text = "The plan for the week is in the folder. We meet on **Tuesday at ten**, in room 3.";
      const messageId = await who.post(site, id, text);
      const headers = { Origin: site.url };
      await who.context.request.post(`${site.url}/api/channels/${id}/pins`, { data: { messageId }, headers });
      await who.page.getByRole("button", { name: "1 pinned" }).click();
      await who.page.getByRole("tabpanel").getByRole("button", { name: "Unpin message" }).waitFor();
    },
  },
  {
    name: "invite people",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await privateChannel(who, site);
      await who.page.getByRole("button", { name: "Details", exact: true }).click();
      await who.page.getByRole("tabpanel").getByRole("button", { name: "Invite people" }).click();
      await who.page.getByRole("textbox", { name: "Invite link" }).waitFor();
    },
  },
  {
    name: "browse channels",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await drawer(who);
      await who.page.getByRole("button", { name: "Browse channels" }).click();
      await who.page.getByRole("textbox", { name: "Find channels" }).waitFor();
    },
  },
  {
    name: "profile",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/catalogue");
      await picturesShown(who);
      await who.page.locator(".message.first .author").last().click();
      await who.page.getByRole("dialog", { name: "Profile" }).getByRole("button", { name: "Message" }).waitFor();
    },
  },
  {
    name: "rail menu",
    shows: "Rail",
    isExamined: true,
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await drawer(who);
      await who.page.getByRole("link", { name: "#general", exact: true }).click({ button: "right" });
      await who.page.getByRole("button", { name: "Mark read" }).waitFor();
    },
  },
  {
    name: "recovery code is offered",
    shows: "Screens",
    isExamined: true,
    async open(who, site) {
      await privateChannel(who, site);
      await who.say("Good morning! I have both keys now.");
      await who.page.getByRole("button", { name: "Make a recovery code" }).waitFor();
    },
  },
  {
    name: "delete channel",
    shows: "Screens",
    async open(who, site) {
      await moveIn(who, site, "/c/design");
      await own(who, site);
      await who.page.getByRole("button", { name: "Details", exact: true }).click();
      await who.page.getByRole("button", { name: "Delete channel" }).click();
      await who.page.getByRole("dialog").last().waitFor();
    },
  },
  {
    name: "lightbox",
    shows: "Screens",
    async open(who, site) {
      await moveIn(who, site, "/c/catalogue");
      await picturesShown(who);
      await who.page.getByRole("button", { name: "Open poster.png" }).click();
      await who.page.locator(".lightbox img").waitFor();
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
    name: "newer version",
    shows: "Connection",
    async open(who, site) {
      await rewire(who.page, /directory\/socket/, (frame) =>
        frame["type"] === "directory" ? { ...frame, version: 99 } : frame,
      );
      await moveIn(who, site, "/c/exhibition");
      await who.page.getByText("New version").waitFor();
    },
  },
  {
    name: "reconnecting",
    shows: "Connection",
    async open(who, site) {
      const open = new Set<WebSocketRoute>();
      await rewire(who.page, /socket/, (frame, route) => {
        open.add(route);
        return frame;
      });
      await inFull(who, site);
      await who.page.routeWebSocket(/socket/, (route) => route.close({ code: 1011 }));
      for (const route of open) await route.close({ code: 1011 });
      await who.say(nextLine());
      await who.page.getByText("Will be sent when connected").waitFor();
      await who.page.getByText("Reconnecting… your messages").waitFor();
    },
  },
  {
    name: "high contrast",
    shows: "Looks",
    async open(who, site) {
      await moveIn(who, site, "/c/catalogue");
      await prefer(who.page, "theme", "contrast");
      await picturesShown(who);
    },
  },
  {
    name: "compact",
    shows: "Looks",
    async open(who, site) {
      await moveIn(who, site, "/c/exhibition");
      await prefer(who.page, "density", "compact");
    },
  },
  {
    name: "forced colours",
    shows: "Accessibility",
    async open(who, site) {
      await who.page.emulateMedia({ forcedColors: "active" });
      await moveIn(who, site, "/c/catalogue");
      await picturesShown(who);
      await drawer(who);
    },
  },
];

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
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

type Frame = Readonly<Record<string, unknown>>;

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
async function inFull(who: Someone, site: Site): Promise<void> {
  await moveIn(who, site, "/c/exhibition");
  await who.page.getByText("Latest 100 messages are kept").waitFor();
  await who.page.waitForFunction(() => document.querySelectorAll(".log li.message").length === 100);
}

/** On a phone the conversations are in a drawer. */
async function drawer({ page }: Someone): Promise<void> {
  const button = page.getByRole("button", { name: "Open conversations" });
  if (await button.isVisible()) await button.click();
}

/** What opens by a key. */
async function sheet({ page }: Someone, keys: string): Promise<void> {
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("background-")),
  );
  await nextFrame(page);
  await page.keyboard.press(keys);
  await page.locator("dialog[open]").waitFor();
}

/** Makes the channel one's own, as far as the page knows. */
async function own({ page }: Someone, site: Site, channel = "design"): Promise<void> {
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
async function leaveUnread(page: Page, count: number): Promise<void> {
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
async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

function click(element: Element): void {
  if (element instanceof HTMLElement) element.click();
}

function lastOf({ messages }: Frame): { readonly seq: number; readonly rev: number } | undefined {
  return Array.isArray(messages) ? messages.at(-1) : undefined;
}

function ownId({ you }: Frame): string {
  return typeof you === "object" && you !== null ? String(Reflect.get(you, "id")) : "";
}

function invented(last: { readonly seq: number; readonly rev: number } | undefined, n: number) {
  const author = { id: "cem-of-nobody-0123456789", name: "Cem" };
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
