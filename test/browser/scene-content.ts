/** What the scenes show: invented people of a museum, what they have said, and what the one who looks says. */
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright-core";
import type { Site } from "../site.ts";
import { TALK, TEAM } from "../talk.ts";
import { Someone } from "./people.ts";

/** Who is there first and makes the channels. */
export const HOST = "Ada Lovelace";

/** A hundred people, of ten first names and ten others in several scripts and lengths. */
export const CROWD = ["Dora", "Cem", "Wilhelmina", "Егор", "محمد", "Sofía", "陽子", "Bram", "Anouk", "Κώστας"].flatMap(
  (first) =>
    ["Müller-Lüdenscheidt", "van der Aa", "Öztürk", "Лисин", "الأحمد", "Ruiz", "佐藤", "Ek", "Dubois", "Νίκου"].map(
      (last) => `${first} ${last}`,
    ),
);

/** Channels that everyone finds, and what they are for. No one has written in the last one. */
const CHANNELS = [
  ["exhibition", "Opening on the 15th: rooms, loans, guided tours"],
  ["design", "Posters, labels and signs"],
  ["catalogue", "Texts, pictures and proofs, in three languages"],
  ["press", "Who asks, who answers, and by when"],
  ["garden", ""],
] as const;

/** What the team has said in other channels, by its place in `TEAM`. */
const SMALL_TALK: readonly (readonly [channel: string, who: number, text: string])[] = [
  ["design", 3, "The signs for the stairs are too small. Can we print them in A3?"],
  ["design", 2, "Yes. I'll use the same blue as on the posters."],
  ["design", 3, "Thank you! And the arrow to the café points at the lift."],
  ["design", 2, "It does, doesn't it. Fixed in the file."],
  ["design", 0, "I like the new typeface on the door. It can be read from the bus stop."],
  ["general", 0, "The office is closed on Thursday afternoon. The alarm company comes at two."],
  ["general", 4, "I have four tickets left for the concert on Saturday. Who wants them?"],
  ["press", 3, "The interview with the radio is on Tuesday at ten."],
];

/** A conversation of a few people, for a channel of their own. */
const SIDE_TALK = [
  [0, "Porto wants to know who signs for the crates."],
  [1, "I do. I'm at the dock from seven on."],
  [0, "And the insurance starts when they are opened, or when they arrive?"],
  [1, "When they arrive. I have it in writing since yesterday."],
] as const;

type Member = { readonly id: string; readonly cookie: string };

/** The team, signed in. */
const team: Member[] = [];
/** How many things were made that need a name of their own. */
let made = 0;

/** What the scenes show: channels, people and messages of all kinds. */
export async function populate(site: Site, browser: Browser): Promise<void> {
  const host = await Someone.open(browser, HOST);
  const guest = await Someone.open(browser, "Hanna Lind");
  await host.join(site);
  await guest.join(site);
  for (const [name, topic] of CHANNELS) {
    const answer = await host.context.request.post(`${site.url}/api/channels`, { data: { name, topic } });
    if (!answer.ok()) throw new Error(`#${name} could not be made: ${await answer.text()}`);
  }
  await host.openChannel("catalogue");
  await guest.openChannel("catalogue");
  await host.say(
    "**Labels for room 2** are ready for a last look. What is left:\n- the date of the loan\n- the photographer's name\n> Porto asks for both in Portuguese as well",
  );
  await guest.page.getByRole("listitem").filter({ hasText: "are ready for a last look" }).waitFor();
  await guest.say(
    '```ts\nconst label = catalogue.find(({ room, object }) => room === 2 && object === "lamp"); // not there since Friday\n```',
  );
  await host.page.locator(".code-block").waitFor();
  const row = guest.page.getByRole("listitem").filter({ hasText: "Labels for room 2" });
  await row.getByRole("button", { name: "Add reaction" }).click();
  await guest.page.getByRole("textbox", { name: "Search emoji" }).fill("tada");
  await guest.page.keyboard.press("Enter");
  await row.getByRole("button", { name: "Reply" }).click();
  await guest.say("I'll ask in #design. The wording is at https://example.org/catalogue/room-2?language=pt&draft=3");
  await guest.allSent();
  const chooser = host.page.waitForEvent("filechooser");
  await host.page.getByRole("button", { name: "Attach files" }).click();
  const picture = await poster(browser);
  await (await chooser).setFiles([
    { name: "poster.png", mimeType: "image/png", buffer: picture },
    {
      name: "Loan agreement with the museum in Porto, signed copy, second part.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7\n".padEnd(184_320)),
    },
  ]);
  await host.page.getByRole("button", { name: "Remove poster.png" }).waitFor();
  await host.page.getByRole("button", { name: /^Remove Loan/ }).waitFor();
  await host.say("The first draft of the poster, and the agreement");
  await host.allSent();
  await guest.page.getByRole("listitem").filter({ hasText: "The first draft of the poster" }).waitFor();
  await guest.say("🎉👍");
  await guest.allSent();
  await guest.context.close();
  await fill(site);
  await host.context.close();
}

/** A poster of the exhibition, as its designer would show it. */
async function poster(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 960, height: 640 } });
  const waves = Array.from(
    { length: 7 },
    (_, n) =>
      `<path d="M0 ${360 + n * 44} q 120 -${60 - n * 4} 240 0 t 240 0 t 240 0 t 240 0 V640 H0z" opacity="0.${2 + n}"/>`,
  );
  await page.setContent(`<style>body{margin:0;background:#f2c14e;font:700 104px/0.95 Georgia,serif;color:#17324d}
    svg{position:absolute;inset:0;fill:#1f6f8b}p,h1{position:absolute;margin:0;left:56px}h1{top:56px;font-size:104px}
    p{bottom:40px;font:600 26px system-ui;color:#fdfdfd}circle{fill:#d1495b}</style>
    <svg viewBox="0 0 960 640"><circle cx="740" cy="210" r="120"/>${waves.join("")}</svg>
    <h1>Maps<br>of the Sea</h1><p>Town museum · from 15 June</p>`);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

/** What people who look at the scenes say, one after the other. */
const LINES = [
  "The frames for room 4 are here. Who can take them?",
  "I moved the meeting to half past ten.",
  "The lamp in room 2 hums again.",
  "Two classes have asked for a tour on Wednesday.",
  "The printer needs the file by noon.",
  "I have the keys to the storage until Friday.",
  "Do we need more chairs for the opening?",
  "The translation is back. I put it in the folder.",
  "Someone left a blue scarf in the café.",
  "The tickets for the tram arrive on Monday.",
  "Could someone open the side door at nine?",
  "The second proof is much better. Page 18 is right now.",
  "We have 40 audio guides, and 12 of them need new batteries.",
  "The mayor's office has confirmed: three minutes, not five.",
  "I'd put the bench under the window, so that people can look at both maps.",
  "The glass for the case comes on Tuesday between eight and ten.",
  "Who has the drill? I promise to bring it back.",
  "The florist asks whether blue is fine. I said yes.",
] as const;
/** Names for hooks and bots. */
const PROGRAMS = (
  "Ticket desk,Web shop,Loan calendar,Night watch,Print queue,Guest book,Lift status,Door counter," +
  "Newsletter,Backups,Weather,Room plan,Audio guide,Parcel service,Cash desk,School tours,Lost and found,Deploys," +
  "Translations,Photo archive,Garden lights,Café orders,Heating,Membership"
).split(",");
const FAIRS = (
  "summer-fair book-stall open-day lantern-walk night-tour bake-sale spring-market quiz-evening " +
  "winter-concert plant-swap film-night map-workshop garden-party harvest-table story-hour poster-sale"
).split(" ");

const SENSORS = (
  "Climate alerts,Room sensors,Humidity,Storage sensors,Climate watch,Showcase sensors,Air control,North wing sensors," +
  "Depot sensors,Night climate"
).split(",");

export function nextLine(): string {
  return LINES[made++ % LINES.length] ?? LINES[0];
}

/** A name for a hook or a bot, used once. */
export const nextProgram = () => take(PROGRAMS);

/** A name for a hook that measures the air, used once. */
export const nextSensor = () => take(SENSORS);

/** A name for a public channel, used once. */
export const nextFair = () => take(FAIRS);

function take(names: string[]): string {
  const name = names.shift();
  if (name === undefined) throw new Error("no names are left");
  return name;
}

/** A text of so many characters, of what the team says. */
export function longText(length: number): string {
  return TALK.filter(([, text]) => !text.includes("```"))
    .map(([, text]) => text)
    .join("\n")
    .slice(0, length);
}

/** Signs in as one of the site: with a favourite, and with conversations with some of the team. Opens a path. */
export async function moveIn(who: Someone, site: Site, path: string): Promise<void> {
  const headers = { Origin: site.url };
  const { request } = who.context;
  const signedIn = await request.post(`${site.url}/api/session`, { data: { name: who.name }, headers });
  if (!signedIn.ok()) throw new Error(`${who.name} could not sign in: ${await signedIn.text()}`);
  const [mira, jonas, aiko, leila] = team;
  for (const data of [{ person: mira?.id }, { person: aiko?.id }, { people: [jonas?.id, leila?.id] }]) {
    const answer = await request.post(`${site.url}/api/directs`, { data, headers });
    if (!answer.ok()) throw new Error(`no direct conversation: ${await answer.text()}`);
  }
  await request.put(`${site.url}/api/channels/exhibition/preferences`, { data: { favourite: true }, headers });
  await who.page.goto(site.url + path);
  await who.page.getByRole("textbox", { name: /^Message / }).waitFor();
  await who.isReady();
}

/** Makes a private channel with two of the team, who talk there, and opens it. The answer is its id. */
export async function privateChannel(who: Someone, site: Site, name = "loans"): Promise<string> {
  await moveIn(who, site, "/c/design");
  const data = {
    name,
    topic: "Crates, insurance and papers",
    private: true,
    members: team.slice(0, 2).map(({ id }) => id),
  };
  const headers = { Origin: site.url };
  const answer = await who.context.request.post(`${site.url}/api/channels`, { data, headers });
  const { id }: { id: string } = await answer.json();
  for (const [place, text] of SIDE_TALK) await speak(site, id, place, text);
  await who.page.goto(`${site.url}/c/${id}`);
  await who.page.getByRole("textbox", { name: `Message #${name}` }).waitFor();
  await who.page.getByText(SIDE_TALK.at(-1)?.[1] ?? "").waitFor();
  await who.isReady();
  return id;
}

/** The team signs in and talks: in the exhibition's channel longer than a channel keeps; the newest message there is deleted. */
async function fill(site: Site): Promise<void> {
  for (const name of TEAM) {
    const answer = await fetch(`${site.url}/api/session`, { method: "POST", body: JSON.stringify({ name }) });
    const { person }: { person: { id: string } } = await answer.json();
    team.push({ id: person.id, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" });
  }
  for (const [who, path] of [
    [0, "directory/socket"],
    [0, "channels/design/socket"],
    [1, "channels/design/socket"],
    [2, "directory/socket"],
  ] as const) {
    await attend(site, who, path);
  }
  for (const [channel, who, text] of SMALL_TALK) await speak(site, channel, who, text);
  let last = "";
  for (const [who, text] of TALK) last = await speak(site, "exhibition", who, text);
  const who = TALK.at(-1)?.[0] ?? 0;
  const headers = { cookie: team[who]?.cookie ?? "" };
  await fetch(`${site.url}/api/channels/exhibition/messages/${last}`, { method: "DELETE", headers });
}

/** One of the team is there, until the site stops. */
async function attend(site: Site, who: number, path: string): Promise<void> {
  const address = `${site.url.replace("http", "ws")}/api/${path}`;
  // Node's own takes headers; the type is the browser's.
  const socket: WebSocket = Reflect.construct(WebSocket, [address, { headers: { cookie: team[who]?.cookie ?? "" } }]);
  await new Promise((resolve, reject) => {
    socket.onmessage = resolve;
    socket.onerror = reject;
  });
}

/** One of the team says something, as soon as the server takes one more. The answer is the message's id. */
async function speak(site: Site, channel: string, who: number, text: string): Promise<string> {
  const id = crypto.randomUUID();
  const headers = { cookie: team[who]?.cookie ?? "" };
  const address = `${site.url}/api/channels/${channel}/messages`;
  const send = () => fetch(address, { method: "POST", headers, body: JSON.stringify({ id, text }) });
  let answer = await send();
  while (answer.status === 429) {
    await delay(Number(answer.headers.get("Retry-After")) * 1_000); // a person writes five a second
    answer = await send();
  }
  if (!answer.ok) throw new Error(`not sent: ${answer.status}`);
  return id;
}
