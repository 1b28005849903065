/** What is known of a conversation and its people. */
import { CROWD, moveIn, nextProgram, privateChannel } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import { own, picturesShown, rewire } from "./steps.ts";

export const DETAILS: readonly Scene[] = [
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
];
