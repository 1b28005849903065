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

/** What the scenes show: channels, people and messages of all kinds. */
export async function populate(site: Site, browser: Browser): Promise<void> {
  const host = await Someone.open(browser, HOST);
  const guest = await Someone.open(browser, "Hanna Lind");
  await host.join(site);
  await guest.join(site);
  await host.makeChannel("full");
  await host.makeChannel("design");
  await host.makeChannel("talk");
  await guest.openChannel("talk");
  await host.say(
    "**Labels for room 2** are ready for a last look. What is left:\n- the date of the loan\n- the photographer's name\n> Porto asks for both in Portuguese as well",
  );
  await guest.page.getByText("are ready for a last look").waitFor();
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
  const picture = await host.page.screenshot();
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
  await guest.page.getByText("The first draft of the poster").waitFor();
  await guest.say("🎉👍");
  await guest.allSent();
  await guest.context.close();
  await fill(site);
  await host.context.close();
}

/** What people who look at the scenes say: one of these each. */
const LINES = [
  "The frames for room 4 are here. Who can take them?",
  "I moved the meeting to half past ten.",
  "The lamp in room 2 hums again.",
  "Two classes have asked for a tour on Wednesday.",
  "The printer needs the file by noon.",
  "I have the keys to the storage until Friday.",
  "Do we need chairs for the opening?",
  "The translation is back. I put it in the folder.",
  "Someone left a blue scarf in the café.",
  "The tickets for the tram arrive on Monday.",
  "Could someone open the side door at nine?",
] as const;

export function lineOf({ name }: Someone): string {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return LINES[sum % LINES.length] ?? LINES[0];
}

/** The talk of a team, longer than a channel keeps; the newest message is deleted. */
async function fill(site: Site): Promise<void> {
  const cookies = await Promise.all(
    TEAM.map(async (name) => {
      const signedIn = await fetch(`${site.url}/api/session`, { method: "POST", body: JSON.stringify({ name }) });
      return signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    }),
  );
  for (const [who, text] of TALK) {
    const id = crypto.randomUUID();
    const headers = { cookie: cookies[who] ?? "" };
    const address = `${site.url}/api/channels/full/messages`;
    const send = () => fetch(address, { method: "POST", headers, body: JSON.stringify({ id, text }) });
    let answer = await send();
    while (answer.status === 429) {
      await delay(Number(answer.headers.get("Retry-After")) * 1_000); // a person writes five a second
      answer = await send();
    }
    if (!answer.ok) throw new Error(`not sent: ${answer.status}`);
    if (text !== TALK.at(-1)?.[1]) continue;
    await fetch(`${address}/${id}`, { method: "DELETE", headers });
  }
}
