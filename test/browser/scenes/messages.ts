/** Messages in their states. */
import type { WebSocketRoute } from "playwright-core";
import { moveIn, nextLine, nextSensor, privateChannel } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import {
  click,
  drawer,
  inFull,
  invented,
  lastOf,
  leaveUnread,
  nextFrame,
  own,
  picturesShown,
  rewire,
} from "./steps.ts";

export const MESSAGES: readonly Scene[] = [
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
    name: "lightbox",
    shows: "Screens",
    async open(who, site) {
      await moveIn(who, site, "/c/catalogue");
      await picturesShown(who);
      await who.page.getByRole("button", { name: "Open poster.png" }).click();
      await who.page.locator(".lightbox img").waitFor();
    },
  },
];
