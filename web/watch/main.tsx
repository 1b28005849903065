/** The page of a guest link: a channel to read, and a way in. Small, since many open it at once and most only look. */
import { render } from "preact";
import { parseWatchFrame } from "../../worker/protocol/watch-frames.ts";
import { loadLanguage } from "../i18n/i18n.ts";
import { type Connection, createConnection } from "../network/connection.ts";
import { noteChance } from "../network/load-part.ts";
import { loadMarkdown } from "../state/markdown.ts";
import { WatchPage } from "./WatchPage.tsx";
import { askAbout, createWatched } from "./watched.ts";
import "./watch.css";

const [, , token = ""] = location.pathname.split("/");
const path = `/api/watch/${token}`;
const watched = createWatched();

const connection: Connection = createConnection({
  url: () => new URL(`${path}/socket${watched.cursor()}`, location.href).href.replace(/^http/, "ws"),
  whyRefused: async () => {
    const answer = await askAbout(path);
    return typeof answer === "number" ? answer : undefined;
  },
  changed(state) {
    watched.connection.value = state;
    if (state.kind === "live") noteChance();
  },
  crowd: () => watched.count.peek(),
  received(data) {
    const frame = parseWatchFrame(data);
    if (frame) watched.receive(frame);
  },
});

connection.start();
for (const name of ["online", "focus"]) addEventListener(name, connection.nudge);
void askAbout(path).then((answer) => {
  if (typeof answer === "number") return connection.end(answer);
  watched.about.value = answer;
  if (answer) document.title = `#${answer.channel.name} · ${answer.site}`;
});
void loadLanguage();
void loadMarkdown();
const root = document.getElementById("app");
if (root) render(<WatchPage watched={watched} path={path} />, root);
