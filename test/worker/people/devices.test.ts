/** One person on several devices: a link carries a person over, and what happens to one happens on all. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Person } from "../../../worker/protocol/things.ts";
import { arrive, ask, cookieOf, freshName, problemOf, Somebody } from "../people.ts";

let name: string;
let ada: Somebody;
let bea: Somebody;

beforeEach(async () => {
  name = freshName();
  ada = await arrive(`Ada ${name}`);
  bea = await arrive(`Bea ${name}`);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("one more device", () => {
  async function link(who: Somebody): Promise<string> {
    const response = await who.ask("POST", "/api/session/links");
    expect(response.status).toBe(201);
    const { url, expiresAt }: { url: string; expiresAt: number } = await response.json();
    expect(url).toMatch(/^https:\/\/flack\.test\/#link=[0-9a-z]+-[\w-]{43}$/);
    expect(expiresAt - Date.now()).toBeGreaterThan(9 * 60 * 1_000);
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(10 * 60 * 1_000);
    return url.split("=")[1] ?? "";
  }

  function redeem(token: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return ask("POST", "/api/session/redeem", { body: { token }, headers });
  }

  async function deviceOf(response: Response): Promise<Somebody> {
    expect(response.status).toBe(200);
    const { person }: { person: Person } = await response.json();
    return new Somebody(person, cookieOf(response));
  }

  test("is the same person, by a link that works once", async () => {
    const token = await link(ada);
    const phone = await deviceOf(await redeem(token));
    expect(phone.person).toEqual(ada.person);
    expect(phone.cookie).not.toBe(ada.cookie);
    expect(await (await phone.ask("GET", "/api/session")).json()).toEqual({ person: ada.person });
    expect((await ada.ask("GET", "/api/session")).status).toBe(200);
    expect(await problemOf(await redeem(token))).toEqual({ status: 410, code: "link_expired" });
  });

  test("two at once with one link: one gets in", async () => {
    const token = await link(ada);
    const statuses = (await Promise.all([redeem(token), redeem(token)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 410]);
  });

  test("late, unknown or made up is link_expired; without a token it is a bad request", async () => {
    const token = await link(ada);
    expect(await problemOf(await redeem("x".repeat(43)))).toEqual({ status: 410, code: "link_expired" });
    expect(await problemOf(await redeem(""))).toEqual({ status: 410, code: "link_expired" });
    expect(await problemOf(await redeem(7))).toEqual({ status: 400, code: "bad_request" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60 * 1_000 + 1 });
    expect(await problemOf(await redeem(token))).toEqual({ status: 410, code: "link_expired" });
  });

  test("links die with the person's last session, and not before", async () => {
    const phone = await deviceOf(await redeem(await link(ada)));
    const token = await link(ada);
    const other = await link(phone);
    await ada.ask("DELETE", "/api/session");
    const tablet = await deviceOf(await redeem(other));
    await phone.ask("DELETE", "/api/session");
    await tablet.ask("DELETE", "/api/session");
    expect(await problemOf(await redeem(token))).toEqual({ status: 410, code: "link_expired" });
    await arrive(ada.person.name);
  });

  test("a session that was there before is replaced, which for its person is a sign-out", async () => {
    const beas = await bea.watch();
    const device = await deviceOf(await redeem(await link(ada), { Cookie: bea.cookie }));
    expect(device.person).toEqual(ada.person);
    expect(await beas.closing()).toBe(4401);
    expect(await problemOf(await bea.ask("GET", "/api/session"))).toMatchObject({ status: 401 });
    await arrive(bea.person.name);
  });

  test("one's own link on one's only device keeps the name", async () => {
    const again = await deviceOf(await redeem(await link(ada), { Cookie: ada.cookie }));
    expect(await (await again.ask("GET", "/api/session")).json()).toEqual({ person: ada.person });
    expect(await problemOf(await ask("POST", "/api/session", { body: { name: ada.person.name } }))).toMatchObject({
      code: "name_taken",
    });
  });

  test("of eight links that work at once the oldest gives way to the next", async () => {
    const tokens: string[] = [];
    for (let n = 0; n < 9; n++) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_000 });
      tokens.push(await link(ada));
    }
    expect((await redeem(tokens[0])).status).toBe(410);
    expect((await redeem(tokens[1])).status).toBe(200);
  });

  test("a rename reaches the sockets of every device, a sign-out those of its own", async () => {
    const phone = await deviceOf(await redeem(await link(ada)));
    const { id } = await ada.makeChannel(name);
    const [laptop, pocket] = [await ada.join(id), await phone.join(id)];
    const renamed = { id: ada.person.id, name: `Ada Two ${name}` };
    await phone.ask("POST", "/api/session", { body: { name: renamed.name } });
    laptop.send({ type: "send", id: crypto.randomUUID(), text: "who am I" });
    expect((await pocket.next("messages")).messages[0]?.author).toEqual(renamed);
    await phone.ask("DELETE", "/api/session");
    expect(await pocket.closing()).toBe(4401);
    laptop.send({ type: "send", id: crypto.randomUUID(), text: "still here" });
    await laptop.next("messages", ({ messages }) => messages[0]?.text === "still here");
  });

  test("a wrong token counts as a failed sign-in of its address", async () => {
    const headers = { "CF-Connecting-IP": "198.51.100.9" };
    for (let n = 0; n < 60; n++) expect((await redeem("no such link", headers)).status).toBe(410);
    const token = await link(ada);
    expect(await problemOf(await redeem(token, headers))).toEqual({ status: 429, code: "rate_limited" });
    expect((await redeem(token)).status).toBe(200);
  });
});
