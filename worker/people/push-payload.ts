/** What a device shows of a message: a declarative payload (W3C Push API, "declarative push message"), which the service worker shows too. Pure. */
import { PUSH_TEXT_MAX_POINTS } from "../protocol/limits.ts";
import type { Message } from "../protocol/things.ts";

/** Where a message stands: what the conversation is called beside its author, and the path that leads there. */
type Place = { readonly title: string; readonly path: string };

type Circumstances = {
  /** Of this site. */
  readonly origin: string;
  readonly epoch: string;
  readonly place: Place;
  /** What the app's icon shows. */
  readonly badge: number;
  /** Of a person who is mentioned; `''` when it is not known here. */
  readonly nameOf: (personId: string) => string;
};

/** One of a conversation takes the place of another. */
export function payloadOf(message: Message, { origin, epoch, place, badge, nameOf }: Circumstances) {
  const { author, seq } = message;
  const path = `${place.path}?m=${seq}`;
  return {
    web_push: 8030,
    notification: {
      title: place.title === "" ? author.name : `${author.name} · ${place.title}`,
      body: bodyOf(message, nameOf),
      dir: "auto",
      navigate: origin + path,
      tag: epoch,
      renotify: true,
      icon: `${origin}/icon-192.png`,
      data: { path, seq },
    },
    app_badge: badge,
    mutable: true,
  };
}

export function testPayload(origin: string) {
  return {
    web_push: 8030,
    notification: {
      title: "Flack",
      body: "Notifications reach this device.",
      navigate: `${origin}/`,
      tag: "test",
      icon: `${origin}/icon-192.png`,
      data: { path: "/", seq: 0 },
    },
    mutable: true,
  };
}

/** The text in one line, with names for people; of a message without one, its files. */
function bodyOf({ text, attachments = [] }: Message, nameOf: (personId: string) => string): string {
  const named = text
    .replace(/<@([\w-]+)>/g, (_, id: string) => `@${nameOf(id) || "…"}`)
    .replace("<!here>", "@here")
    .replace(/\s+/g, " ")
    .trim();
  const body = named === "" ? attachments.map(({ name }) => name).join(", ") : named;
  const points = [...body];
  return points.length > PUSH_TEXT_MAX_POINTS ? `${points.slice(0, PUSH_TEXT_MAX_POINTS - 1).join("")}…` : body;
}
