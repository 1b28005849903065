/** The looks that a person or the system asks for, and the state of the connection. */
import type { WebSocketRoute } from "playwright-core";
import { showParts } from "../parts-page.ts";
import { moveIn, nextLine } from "../scene-content.ts";
import type { Scene } from "./scene.ts";
import { drawer, inFull, picturesShown, prefer, rewire } from "./steps.ts";

export const LOOKS: readonly Scene[] = [
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
];
