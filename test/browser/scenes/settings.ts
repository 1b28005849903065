/** What a person sets. */
import { moveIn, nextProgram } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import { sheet } from "./steps.ts";

export const SETTINGS: readonly Scene[] = [
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
    name: "settings of notifications",
    shows: "Notifications",
    isExamined: true,
    async open(who, site) {
      await who.context.grantPermissions(["notifications"]);
      await moveIn(who, site, "/c/exhibition");
      await who.openSettings("Notifications");
      await who.page.getByRole("radio", { name: "Mentions and direct messages" }).check();
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
];
