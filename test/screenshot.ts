/** Takes the README's picture: the real product, three people in three browsers, what one of them sees. */
import { openBrowser, Someone, WIDE } from "./browser/people.ts";
import { Site } from "./site.ts";

const PICTURE = new URL("../docs/screenshot.png", import.meta.url).pathname;

const TALK: readonly (readonly [who: number, text: string])[] = [
  [0, "Morning! Who takes notes at ten?"],
  [1, "I do. Same list as last week?"],
  [1, "Then only two things are left: the label on the second page, and the date."],
  [2, "The date is settled. Thursday, so that the whole class can come."],
  [0, "Good. I will write to them after lunch."],
  [2, "And I make a channel for their questions 👋"],
  [1, "See you at ten."],
];

const site = new Site();
const browser = await openBrowser();
try {
  await site.start();
  const people = await Promise.all(
    ["Ada", "Bea", "Cem"].map((name) =>
      Someone.open(browser, name, { ...WIDE, deviceScaleFactor: 1.5, colorScheme: "light" }),
    ),
  );
  const [ada] = people;
  if (!ada) throw new Error("nobody came");
  await ada.join(site);
  for (const name of ["Design", "Events", "Support", "Launch"]) await ada.makeChannel(name);
  await ada.page.getByRole("heading", { name: "#launch", exact: true }).waitFor();
  for (const person of people.slice(1)) await person.join(site, "/c/launch");
  for (const [who, text] of TALK) {
    await people[who]?.say(text);
    await ada.sees(text);
  }
  await people[2]?.openChannel("events");
  await people[2]?.say("Room 4 is booked.");
  const nav = ada.page.getByRole("navigation");
  await nav.getByText("1 unread").waitFor();
  await ada.page.mouse.move(0, 0);
  await ada.page.screenshot({ path: PICTURE });
} finally {
  await browser.close();
  await site.clear();
}
