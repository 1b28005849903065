/** Days as a calendar has them, in zones where a day begins at one o'clock or has a midnight twice. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { layOut } from "../../web/view/messages/timeline.ts";
import { clockTime, dayName, noticeZone } from "../../web/view/parts/formats.ts";

const { env }: { env: Record<string, string | undefined> } = Reflect.get(globalThis, "process");
const here = env["TZ"];
const ada = { id: "0-0123456789abcdef", name: "Ada" };

function travel(zone: string | undefined): void {
  if (zone === undefined) delete env["TZ"];
  else env["TZ"] = zone;
  noticeZone();
}

beforeEach(() => travel("UTC"));
afterEach(() => travel(here));

test("times are those of the zone one is in now", () => {
  const noon = Date.UTC(2026, 5, 1, 12);
  expect(clockTime(noon)).toMatch(/^12:00/);
  travel("Asia/Kolkata");
  expect(clockTime(noon)).toMatch(/^5:30/);
});

/** Days on which clocks were changed at midnight, and the days around them. */
test.each([
  ["America/Santiago", 2026, 8, 6], // no midnight
  ["America/Santiago", 2026, 3, 5], // 24:00 is 23:00
  ["Africa/Cairo", 2026, 3, 24],
  ["Africa/Cairo", 2026, 9, 30],
  ["Asia/Beirut", 2026, 2, 29],
  ["Asia/Beirut", 2026, 9, 25],
  ["America/Havana", 2026, 2, 8],
  ["America/Havana", 2026, 10, 1],
  ["America/Sao_Paulo", 2018, 10, 4],
  ["Asia/Kolkata", 2026, 5, 1],
])("in %s around %i-%i-%i every hour belongs to its day", (zone, year, month, date) => {
  travel(zone);
  for (let day = -2; day <= 2; day++) {
    for (const hour of [2, 9, 23]) {
      const sentAt = new Date(year, month, date + day, hour, 30).getTime();
      const [laid] = layOut([{ id: "m", seq: 1, rev: 1, author: ada, sentAt, text: "words" }], [], {
        you: ada,
        now: sentAt,
      });
      for (const [later, name] of [
        [0, "Today"],
        [1, "Yesterday"],
      ] as const) {
        const now = new Date(year, month, date + day + later, 12).getTime();
        expect(dayName(laid?.day ?? 0, now), `${new Date(sentAt)} at ${new Date(now)}`).toBe(name);
      }
      const dayAfterNext = new Date(year, month, date + day + 2, 3).getTime();
      expect(dayName(laid?.day ?? 0, dayAfterNext)).not.toBe("Yesterday");
    }
  }
});
