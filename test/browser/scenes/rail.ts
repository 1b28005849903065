/** The rail, and how one gets to a conversation. */
import { moveIn, privateChannel } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import { drawer, inFull, leaveUnread, ownId, rewire, sheet } from "./steps.ts";

export const RAIL: readonly Scene[] = [
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
        const peer = { id: "peer-for-the-scene-012345", name: "Dora Müller-Lüdenscheidt-Wittelsbach" };
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
];
