/** Invites: to the site and to private channels, for a week and a hundred people, until they are withdrawn or their maker goes. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Channel } from "../../../worker/protocol/things.ts";
import { arrive, ask, cookieOf, freshName, path, problemOf, Somebody } from "../people.ts";

const OVER = { status: 410, code: "link_expired" };
const DAY_MS = 24 * 3_600_000;

let name: string;
let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  name = freshName();
  ada = await arrive(`Ada ${name}`);
  bea = await arrive(`Bea ${name}`);
  channel = await (await ada.ask("POST", "/api/channels", { body: { name, private: true } })).json();
});

afterEach(() => {
  vi.useRealTimers();
});

async function invite(who: Somebody, to?: string): Promise<string> {
  const answer = await who.ask("POST", "/api/invites", { body: to === undefined ? {} : { channel: to } });
  if (answer.status !== 201) throw new Error(`no invite: ${await answer.text()}`);
  const { url }: { url: string } = await answer.json();
  return url.split("#invite=")[1] ?? "";
}

function accept(who: Somebody, token: string): Promise<Response> {
  return who.ask("POST", "/api/invites/accept", { body: { token } });
}

function signIn(called: string, token: string, variables: Partial<Env> = {}): Promise<Response> {
  return ask("POST", "/api/session", { body: { name: called, invite: token } }, variables);
}

describe("an invite to a private channel", () => {
  test("makes whoever takes it a member, again and again the same", async () => {
    const token = await invite(ada, channel.id);
    const beas = await bea.watch();
    const answer = await accept(bea, token);
    expect(await answer.json()).toMatchObject({ channel: { id: channel.id, memberCount: 2 } });
    await beas.next("channel", (frame) => frame.channel.id === channel.id);
    await bea.post(channel.id, "here I am");
    expect((await accept(bea, token)).status).toBe(200);
  });

  test("takes someone who signs in with it right there", async () => {
    const answer = await signIn(`Cem ${name}`, await invite(ada, channel.id));
    expect(answer.status).toBe(201);
    const { person, channel: joined }: { person: Somebody["person"]; channel: Channel } = await answer.json();
    expect(joined.id).toBe(channel.id);
    expect((await new Somebody(person, cookieOf(answer)).ask("GET", `${path(channel.id)}/messages`)).status).toBe(200);
  });

  test("is made by members only, and of private channels only", async () => {
    const refusal = async (who: Somebody, to: string) =>
      problemOf(await who.ask("POST", "/api/invites", { body: { channel: to } }));
    expect(await refusal(bea, channel.id)).toEqual({ status: 404, code: "not_found" });
    expect(await refusal(bea, `P-${"A".repeat(26)}`)).toEqual({ status: 404, code: "not_found" });
    expect(await refusal(ada, "general")).toEqual({ status: 400, code: "bad_request" });
    const cem = await arrive(`Cem ${name}`);
    const people = [bea.person.id, cem.person.id];
    const group: Channel = await (await ada.ask("POST", "/api/directs", { body: { people } })).json();
    expect(await refusal(ada, group.id)).toEqual({ status: 403, code: "forbidden" });
  });

  test("is over when it is unknown, late or withdrawn, when its maker has left, and when the channel is gone: all alike", async () => {
    const tokens = { withdrawn: await invite(ada, channel.id) };
    await ada.ask("DELETE", `/api/invites?channel=${channel.id}`);
    expect(await problemOf(await accept(bea, tokens.withdrawn))).toEqual(OVER);
    expect(await problemOf(await accept(bea, "0-unknown"))).toEqual(OVER);
    expect(await problemOf(await accept(bea, "nonsense"))).toEqual(OVER);
    expect(await problemOf(await accept(bea, "zzzz-nonsense"))).toEqual(OVER);

    const cem = await arrive(`Cem ${name}`);
    await accept(cem, await invite(ada, channel.id));
    const fromCem = await invite(cem, channel.id);
    await cem.ask("DELETE", `${path(channel.id)}/members/${cem.person.id}`);
    expect(await problemOf(await accept(bea, fromCem))).toEqual(OVER);

    const last = await invite(ada, channel.id);
    await ada.ask("DELETE", path(channel.id));
    expect(await problemOf(await accept(bea, last))).toEqual(OVER);
  });

  test("of anyone is withdrawn by the creator, and one's own by oneself", async () => {
    await accept(bea, await invite(ada, channel.id));
    const [fromAda, fromBea] = [await invite(ada, channel.id), await invite(bea, channel.id)];
    const cem = await arrive(`Cem ${name}`);
    await bea.ask("DELETE", `/api/invites?channel=${channel.id}`);
    expect(await problemOf(await accept(cem, fromBea))).toEqual(OVER);
    const another = await invite(bea, channel.id);
    expect((await ada.ask("DELETE", `/api/invites?channel=${channel.id}`)).status).toBe(204);
    expect(await problemOf(await accept(cem, fromAda))).toEqual(OVER);
    expect(await problemOf(await accept(cem, another))).toEqual(OVER);
  });

  test("is over after a week", async () => {
    const token = await invite(ada, channel.id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 7 * DAY_MS });
    expect(await problemOf(await accept(bea, token))).toEqual(OVER);
  });
});

describe("an invite to the site", () => {
  const site = { ACCESS_CODE: "the code" };

  test("stands in for the access code, once for each person", async () => {
    expect(await problemOf(await ask("POST", "/api/session", { body: { name: `Cem ${name}` } }, site))).toEqual({
      status: 403,
      code: "bad_access_code",
    });
    const token = await invite(ada);
    const answer = await signIn(`Cem ${name}`, token, site);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ person: expect.objectContaining({ name: `Cem ${name}` }) });
  });

  test("that is bad is told before the name is judged; a taken or bad name costs no place", async () => {
    expect(await problemOf(await signIn("!", "0-unknown", site))).toEqual(OVER);
    const token = await invite(ada);
    for (let n = 0; n < 3; n++) {
      expect(await problemOf(await signIn("!", token, site))).toEqual({ status: 422, code: "invalid_name" });
      expect(await problemOf(await signIn(ada.person.name, token, site))).toEqual({ status: 409, code: "name_taken" });
    }
    for (let n = 0; n < 100; n++) expect((await signIn(`Guest ${n} ${name}`, token, site)).status).toBe(201);
    expect(await problemOf(await signIn(`One More ${name}`, token, site))).toEqual(OVER);
  });

  test("taken by 150 at once lets 100 in", async () => {
    const token = await invite(ada);
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) => signIn(`At Once ${n} ${name}`.slice(0, 32), token, site)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 410)).toHaveLength(50);
  }, 60_000);

  test("ends with its maker, and ten may be open", async () => {
    const token = await invite(bea);
    await bea.ask("DELETE", "/api/session");
    expect(await problemOf(await signIn(`Cem ${name}`, token, site))).toEqual(OVER);
    for (let n = 0; n < 10; n++) await invite(ada);
    expect(await problemOf(await ada.ask("POST", "/api/invites", { body: {} }))).toEqual({
      status: 422,
      code: "too_many",
    });
    await ada.ask("DELETE", "/api/invites");
    await invite(ada);
  });
});
