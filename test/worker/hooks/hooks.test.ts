/** Incoming hooks: what programs send, and what becomes of it. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Channel, Message, Person } from "../../../worker/protocol/things.ts";
import { arrive, ask, freshName, path, problemOf, type Somebody } from "../people.ts";
import { CASES } from "./producers.ts";

let name: string;
let ada: Somebody;
let bea: Somebody;
let channel: Channel;
let url: string;
let id: string;

beforeEach(async () => {
  name = freshName();
  [ada, bea] = await Promise.all([arrive(`Ada ${name}`), arrive(`Bea ${name}`)]);
  channel = await ada.makeChannel(name);
  ({ url, id } = await addHook(ada));
});

async function addHook(who: Somebody, called = `Hook ${freshName()}`, to = channel.id) {
  const answer = await who.ask("POST", `${path(to)}/hooks`, { body: { name: called } });
  if (answer.status !== 201) throw new Error(await answer.text());
  const hook: { id: string; name: string; url: string } = await answer.json();
  return { ...hook, url: new URL(hook.url).pathname };
}

function send(body: unknown, headers: Record<string, string> = { "Content-Type": "application/json" }, to = url) {
  return ask("POST", to, { body, headers });
}

async function messages(of = channel.id): Promise<readonly Message[]> {
  return (await (await ada.ask("GET", `${path(of)}/messages`)).json<{ messages: Message[] }>()).messages;
}

const refusal = async (answer: Response) => `${answer.status} ${await answer.text()}`;

test.each(CASES)("$producer: $text", async ({ path: shape, headers, body, text, username }) => {
  const answer = await send(body, { "Content-Type": "application/json", ...headers }, url + shape);
  expect(await refusal(answer)).toBe("200 ok");
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
  const [message, ...more] = await messages();
  expect(more).toEqual([]);
  expect(message?.text ?? "").toBe(text);
  if (text !== "") expect(message?.author).toMatchObject({ id, bot: true });
  if (username !== undefined) expect(message?.author.name).toMatch(new RegExp(`^Hook .* · ${username}$`));
});

describe("what is no message", () => {
  test.each([
    ["nothing", "", "400 invalid_payload"],
    ["no JSON", "{", "400 invalid_payload"],
    ["a list", "[]", "400 invalid_payload"],
    ["null", "null", "400 invalid_payload"],
    ["no text", {}, "400 no_text"],
    ["null as text", { text: null }, "400 no_text"],
    ["blanks", { text: " \n " }, "400 no_text"],
    ["a list as text", { text: ["a"], attachments: "x", blocks: 7 }, "400 no_text"],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "400 invalid_payload"],
    ["more than 1 MiB", JSON.stringify({ text: "x".repeat(1024 * 1024) }), "413 invalid_payload"],
  ])("%s", async (_, body, expected) => {
    expect(await refusal(await send(body))).toBe(expected);
    expect(await messages()).toEqual([]);
  });

  test("a form with two payloads", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const payload = `payload=${encodeURIComponent('{"text":"x"}')}`;
    expect(await refusal(await send(`${payload}&${payload}`, headers))).toBe("400 invalid_payload");
    expect(await refusal(await send(payload, headers))).toBe("200 ok");
  });
});

describe("a form in parts, as Discord's senders make it", () => {
  const part = (name: string, content: string) =>
    `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;
  const form = (...parts: readonly string[]) => `${parts.join("")}--edge--\r\n`;
  const payload = part("payload_json", '{"content":"Built"}');

  test.each([
    ["its payload beside a file", form(payload, part("files[0]", "a log")), "200 ok", ["Built"]],
    ["two payloads", form(payload, payload), "400 invalid_payload", []],
    ["none", form(part("content", "Built")), "400 invalid_payload", []],
    ["a payload that is no JSON", form(part("payload_json", "Built")), "400 invalid_payload", []],
    ["no form at all", '{"content":"Built"}', "400 invalid_payload", []],
  ])("%s", async (_, body, expected, texts) => {
    const answer = await send(body, { "Content-Type": "multipart/form-data; boundary=edge" }, `${url}/discord`);
    expect(await refusal(answer)).toBe(expected);
    expect((await messages()).map(({ text }) => text)).toEqual(texts);
  });
});

test.each([
  [
    "every field of the wrong type",
    { text: 7, attachments: [null, 3, { title: {}, fields: [[], { title: 1, value: null }] }], username: [] },
    "7\n\n**1**: ",
  ],
  ["parts inside parts a hundred deep", { text: "t", attachments: [{ blocks: [deep(100)] }] }, "t"],
  ["a link that would run", { text: "<javascript:alert(1)|click> <data:text/html,x|here>" }, "click here"],
  [
    "a title that would be Markdown",
    { attachments: [{ title: "](https://x.example) **b**", title_link: "javascript:alert(1)" }] },
    "**](https://x.example) \\*\\*b\\*\\***",
  ],
  ["an address that would end its link", { text: "<https://x.example/a)b|x>" }, "[x](https://x.example/a%29b)"],
  ["marks inside code", { text: "`*a*` and ```*b* &lt;```" }, "`*a*` and ```*b* <```"],
  [
    "people of Slack",
    { text: "<@U123ABC> <@U1|ada> <#C1|dev> <!channel> <!date^1^{date}|soon>" },
    "@U123ABC @ada #dev @channel soon",
  ],
])("%s", async (_, body, text) => {
  expect(await refusal(await send(body))).toBe("200 ok");
  expect((await messages())[0]?.text).toBe(text.trimEnd());
});

function deep(levels: number): object {
  return levels === 0
    ? { type: "section", text: { text: "deep" } }
    : { type: "rich_text", elements: [{ type: "rich_text_list", elements: [deep(levels - 1)] }] };
}

test("a text that is too long is cut", async () => {
  await send({ text: "é".repeat(5_000) });
  const text = (await messages())[0]?.text ?? "";
  expect([...text]).toHaveLength(4_000);
  expect(text.endsWith("é…")).toBe(true);
});

test("a long name is cut at 64 characters", async () => {
  await send({ text: "x", username: "n".repeat(100) });
  expect([...((await messages())[0]?.author.name ?? "")]).toHaveLength(64);
});

test("mentions are shown, and notify no one", async () => {
  const beas = await bea.watch();
  await beas.next("directory");
  await send({ text: `<@${bea.person.id}> <!here>` });
  expect((await messages())[0]?.text).toBe(`<@${bea.person.id}> <!here>`);
  await ada.post(channel.id, `<@${bea.person.id}> by a person`);
  await beas.next("mention");
  expect(beas.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
});

describe("an address", () => {
  test("that is unknown, wrong or withdrawn is no service", async () => {
    expect(await refusal(await send({ text: "x" }, {}, "/api/hooks/nonsense"))).toBe("404 no_service");
    expect(await refusal(await send({ text: "x" }, {}, `${url.slice(0, -1)}${url.endsWith("A") ? "B" : "A"}`))).toBe(
      "404 no_service",
    );
    expect((await ada.ask("DELETE", `${path(channel.id)}/hooks/${id}`)).status).toBe(204);
    expect(await refusal(await send({ text: "x" }))).toBe("404 no_service");
  });

  test("of a channel that is gone leads nowhere", async () => {
    await ada.ask("DELETE", path(channel.id));
    expect(await refusal(await send({ text: "x" }))).toBe("404 channel_not_found");
  });

  test("needs no page of this site, and no session", async () => {
    const headers = {
      "Content-Type": "application/json",
      Origin: "https://elsewhere.example",
      "Sec-Fetch-Site": "cross-site",
    };
    expect(await refusal(await send({ text: "x" }, headers))).toBe("200 ok");
    expect((await ask("GET", url)).status).toBe(405);
  });

  test("takes twenty at once, then one a second", async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => send({ text: `${n}` })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const late = answers.find(({ status }) => status === 429);
    expect(late?.headers.get("Retry-After")).toBe("1");
    expect(await late?.text()).toBe("rate_limited");
  });

  test("is shown once, and in no list", async () => {
    const listed = await ada.ask("GET", `${path(channel.id)}/hooks`);
    expect(await listed.json()).toEqual({ hooks: [{ id, name: expect.stringMatching(/^Hook /) }] });
  });
});

describe("a hook's name", () => {
  test("is no one else's until the hook is deleted, or its channel", async () => {
    const taken = { status: 409, code: "name_taken" };
    const { name: called, id: hook } = await addHook(ada);
    expect(await problemOf(await ask("POST", "/api/session", { body: { name: called } }))).toEqual(taken);
    const again = await ada.ask("POST", `${path(channel.id)}/hooks`, { body: { name: ada.person.name } });
    expect(await problemOf(again)).toEqual(taken);
    await ada.ask("DELETE", `${path(channel.id)}/hooks/${hook}`);
    await vi.waitUntil(async () => (await ask("POST", "/api/session", { body: { name: called } })).status === 201);
    const other = await addHook(ada);
    await ada.ask("DELETE", path(channel.id));
    await vi.waitUntil(async () => (await ask("POST", "/api/session", { body: { name: other.name } })).status === 201);
  });

  test("is no person's: it is found by no search and opens no conversation", async () => {
    const { name: called } = await addHook(ada);
    const { people }: { people: Person[] } = await (
      await ada.ask("GET", `/api/people?q=${encodeURIComponent(called)}`)
    ).json();
    expect(people).toEqual([]);
    expect(await problemOf(await ada.ask("POST", "/api/directs", { body: { person: id } }))).toEqual({
      status: 404,
      code: "not_found",
    });
  });
});

test("a channel has at most ten", async () => {
  for (let n = 1; n < 10; n++) {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await addHook(ada);
  }
  vi.useRealTimers();
  const eleventh = await ada.ask("POST", `${path(channel.id)}/hooks`, { body: { name: `One more ${name}` } });
  expect(await problemOf(eleventh)).toEqual({ status: 422, code: "too_many" });
});

test("where only the creator writes, only the creator and owners add hooks, and a hook writes", async () => {
  await ada.ask("PATCH", path(channel.id), { body: { posting: "creator" } });
  const answer = await bea.ask("POST", `${path(channel.id)}/hooks`, { body: { name: `Hook of Bea ${name}` } });
  expect(await problemOf(answer)).toEqual({ status: 403, code: "forbidden" });
  expect(await refusal(await send({ text: "still here" }))).toBe("200 ok");
});

test("a conversation of two has no hooks", async () => {
  const opened = await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } });
  const { id: direct }: Channel = await opened.json();
  const answer = await ada.ask("POST", `${path(direct)}/hooks`, { body: { name: `Hook ${name}` } });
  expect(await problemOf(answer)).toEqual({ status: 403, code: "forbidden" });
});

test("hooks of a private channel are its members' alone", async () => {
  const made = await ada.ask("POST", "/api/channels", { body: { name: freshName(), private: true } });
  const { id: room, epoch }: Channel = await made.json();
  const hook = await addHook(ada, `Hook ${freshName()}`, room);
  for (const method of ["GET", "POST"])
    expect(
      await problemOf(await bea.ask(method, `${path(room)}/hooks`, method === "POST" ? { body: { name: "X" } } : {})),
    ).toEqual({
      status: 404,
      code: "not_found",
    });
  await send({ text: "inside" }, { "Content-Type": "application/json" }, hook.url);
  expect((await messages(room)).map(({ text }) => text)).toEqual(["inside"]);
  expect(env.CHANNEL.getByName(epoch)).toBeDefined();
});
