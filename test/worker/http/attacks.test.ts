/**
 * What somebody with bad intentions tries, by name. Where there is a permitted way it is shown first,
 * so that a refusal is a refusal of the attack and not of everything.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hexDigest } from "../../../worker/platform/digest.ts";
import type { Attachment, Channel, Message } from "../../../worker/protocol/things.ts";
import { type Ask, arrive, ask, cookieOf, freshName, heard, path, problemOf, Somebody, welcomed } from "../people.ts";

const SCRIPT = `<script>alert(1)</script><img src=x onerror=alert(1)>`;

let ada: Somebody;
let bea: Somebody;
let mal: Somebody;
let channel: string;
let direct: Channel;
let secret: Message;
let file: Attachment;
let counter = 0;

beforeAll(async () => {
  await arrive("First person");
});

beforeEach(async () => {
  counter++;
  [ada, bea, mal] = await Promise.all([arrive(`Ada ${counter}`), arrive(`Bea ${counter}`), arrive(`Mal ${counter}`)]);
  channel = freshName();
  await ada.makeChannel(channel);
});

/** Ada and Bea have a direct conversation with a secret and a file in it. */
async function confide(): Promise<void> {
  direct = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
  secret = await ada.post(direct.id, "the secret");
  file = await (await ada.ask("POST", `${path(direct.id)}/attachments?name=secret.txt`, { body: "bytes" })).json();
  const body = { id: crypto.randomUUID(), text: "", attachments: [file.id] };
  expect((await ada.ask("POST", `${path(direct.id)}/messages`, { body })).status).toBe(201);
}

function withCookie(cookie: string, more: Ask = {}): Promise<Response> {
  return ask("GET", "/api/session", { ...more, headers: { ...more.headers, Cookie: cookie } });
}

describe("a session is forged", () => {
  const NAME = "__Host-flack_session";

  test.each([
    ["an empty one", () => `${NAME}=`],
    ["a short one", () => `${NAME}=abc`],
    ["one of the right length", () => `${NAME}=${"A".repeat(43)}`],
    ["a longer one", () => `${ada.cookie}A`],
    ["one with a changed letter", () => ada.cookie.slice(0, -1) + (ada.cookie.endsWith("A") ? "B" : "A")],
    ["one in another case", () => `${NAME}=${ada.cookie.split("=")[1]?.toLowerCase()}x`.slice(0, NAME.length + 44)],
    ["a person's id", () => `${NAME}=${ada.person.id}`],
    ["SQL", () => `${NAME}=' OR 1=1 --`],
    ["without the prefix that ties it to this host", () => ada.cookie.replace("__Host-", "")],
    ["in another cookie", () => ada.cookie.replace(NAME, "session")],
    ["as JSON", () => `${NAME}={"person":"${ada.person.id}"}`],
  ])("with %s", async (_, cookie) => {
    expect((await withCookie(ada.cookie)).status).toBe(200);
    expect(await problemOf(await withCookie(cookie()))).toEqual({ status: 401, code: "unauthorized" });
  });

  test("with the hash that is on disk", async () => {
    const token = ada.cookie.split("=")[1] ?? "";
    expect((await withCookie(`${NAME}=${await hexDigest(token)}`)).status).toBe(401);
    await runInDurableObject(env.PEOPLE.getByName("0"), (_, { storage }) => {
      const rows = storage.sql.exec("SELECT * FROM sessions").toArray();
      expect(JSON.stringify(rows)).not.toContain(token);
    });
  });

  test("with headers that name a person", async () => {
    const headers = {
      "x-flack-identity": encodeURIComponent(JSON.stringify({ person: ada.person })),
      "x-user": ada.person.id,
    };
    expect((await ask("GET", "/api/session", { headers })).status).toBe(401);
    const seat = await mal.join(channel, undefined, headers);
    expect((await welcomed(seat)).you).toEqual(mal.person);
  });

  test("by fixation: a sign-in never takes over a token that came along", async () => {
    const planted = `${NAME}=${"F".repeat(43)}`;
    const answer = await ask("POST", "/api/session", {
      body: { name: `Victim ${counter}` },
      headers: { Cookie: planted },
    });
    expect(answer.status).toBe(201);
    expect(cookieOf(answer)).not.toBe(planted);
    expect((await withCookie(planted)).status).toBe(401);
  });

  test("by tossing: of two cookies of the name the first counts, and neither mixes with the other", async () => {
    const answer = await withCookie(`${ada.cookie}; ${mal.cookie}`);
    expect(await answer.json()).toEqual({ person: ada.person });
    const plain = mal.cookie.replace("__Host-", "");
    expect(await (await withCookie(`${plain}; ${ada.cookie}`)).json()).toEqual({ person: ada.person });
  });

  test("by replay after sign-out: on HTTP, on a new socket, and on the one that was open", async () => {
    const seat = await ada.join(channel);
    await welcomed(seat);
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    expect(await seat.closing()).toBe(4401);
    expect((await ada.ask("GET", "/api/channels")).status).toBe(401);
    await expect(ada.join(channel)).rejects.toThrow("401");
    expect(
      (await ada.ask("POST", `${path(channel)}/messages`, { body: { id: crypto.randomUUID(), text: "x" } })).status,
    ).toBe(401);
  });

  test("by a device link that was used", async () => {
    const { url }: { url: string } = await (await ada.ask("POST", "/api/session/links")).json();
    const token = url.split("#link=")[1] ?? "";
    const redeem = (given: string) => ask("POST", "/api/session/redeem", { body: { token: given } });
    expect((await redeem(token)).status).toBe(200);
    for (const spent of [token, "", "x".repeat(43), `${token}x`]) {
      expect(await problemOf(await redeem(spent)), spent).toEqual({ status: 410, code: "link_expired" });
    }
  });
});

describe("another site acts for somebody", () => {
  const change = (headers: Record<string, string>) =>
    ada.ask("POST", "/api/channels", { body: { name: freshName() }, headers });

  test.each([
    ["its own origin", { Origin: "https://evil.example" }],
    ["no origin to speak of", { Origin: "null" }],
    ["a subdomain", { Origin: "https://flack.test.evil.example" }],
    ["this name with another ending", { Origin: "https://flack.testing" }],
    ["another scheme", { Origin: "http://flack.test" }],
    ["another port", { Origin: "https://flack.test:8443" }],
    ["letters before the name", { Origin: "https://evilflack.test" }],
    ["a user before the host", { Origin: "https://flack.test@evil.example" }],
    ["an empty origin", { Origin: "" }],
    ["two origins", { Origin: "https://flack.test, https://evil.example" }],
    ["the browser's own word", { "Sec-Fetch-Site": "cross-site" }],
    [
      "a friend's origin, contradicted by the browser",
      { Origin: "https://friend.example", "Sec-Fetch-Site": "cross-site" },
    ],
  ])("with %s", async (_, headers) => {
    expect((await change({ Origin: "https://flack.test", "Sec-Fetch-Site": "same-origin" })).status).toBe(201);
    expect(await problemOf(await change(headers))).toEqual({ status: 403, code: "bad_origin" });
  });

  test("by opening a socket", async () => {
    await welcomed(await ada.join(channel, undefined, { Origin: "https://flack.test" }));
    for (const socket of [`${path(channel)}/socket`, "/api/directory/socket"]) {
      const headers = { Upgrade: "websocket", Origin: "https://evil.example" };
      expect(await problemOf(await ada.ask("GET", socket, { headers }))).toEqual({ status: 403, code: "bad_origin" });
    }
  });

  test("by reading: no answer may be read elsewhere", async () => {
    const answer = await ada.ask("GET", "/api/channels", { headers: { Origin: "https://evil.example" } });
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(answer.headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
    const preflight = await ask("OPTIONS", "/api/channels", { headers: { Origin: "https://evil.example" } });
    expect(preflight.ok).toBe(false);
  });

  test("by a form: the cookie goes with no post from elsewhere", async () => {
    const answer = await ask("POST", "/api/session", { body: { name: `Form ${counter}` } });
    expect(answer.headers.get("Set-Cookie")).toMatch(/SameSite=Lax/i);
    expect(answer.headers.get("Set-Cookie")).toMatch(/HttpOnly/i);
    expect(answer.headers.get("Set-Cookie")).toMatch(/Secure/i);
    expect(answer.headers.get("Set-Cookie")).not.toMatch(/Domain/i);
  });
});

describe("a direct conversation of others", () => {
  beforeEach(confide);

  type Route = readonly [what: string, method: string, rest: () => string, body: () => unknown];
  const ROUTES: readonly Route[] = [
    ["its messages are read", "GET", () => "/messages", () => undefined],
    ["something is said in it", "POST", () => "/messages", () => ({ id: crypto.randomUUID(), text: "hello" })],
    ["a message is edited", "PATCH", () => `/messages/${secret.id}`, () => ({ text: "other words" })],
    ["a message is deleted", "DELETE", () => `/messages/${secret.id}`, () => undefined],
    ["a message is reacted to", "POST", () => `/messages/${secret.id}/reactions`, () => ({ emoji: "👍", on: true })],
    ["a file is fetched", "GET", () => `/attachments/${file.id}`, () => undefined],
    ["a file is put into it", "POST", () => "/attachments?name=x", () => "bytes"],
    ["its topic is set", "PATCH", () => "", () => ({ topic: "x" })],
    ["it is deleted", "DELETE", () => "", () => undefined],
  ];

  test.each(ROUTES)("%s: it looks like one that is not there", async (_, method, rest, body) => {
    const request = (who: Somebody, id: string) => who.ask(method, path(id) + rest(), { body: body() });
    const permitted = await request(ada, direct.id);
    expect([200, 201, 204, 403]).toContain(permitted.status); // 403: topic and deletion are nobody's
    const attempt = await request(mal, direct.id);
    const nothing = await request(mal, `${"x".repeat(22)}~${"y".repeat(22)}`);
    expect(attempt.status).toBe(404);
    expect([attempt.status, await attempt.text()]).toEqual([nothing.status, await nothing.text()]);
    const { messages }: { messages: Message[] } = await (await ada.ask("GET", `${path(direct.id)}/messages`)).json();
    expect(JSON.stringify(messages)).not.toContain(mal.person.id);
  });

  test("a socket is opened on it", async () => {
    await welcomed(await bea.join(direct.id));
    await expect(mal.join(direct.id)).rejects.toThrow("404");
  });

  test("its id is written in another way", async () => {
    const [a = "", b = ""] = direct.id.split("~");
    for (const id of [
      `${b}~${a}`,
      `${a}~${b}~${mal.person.id}`,
      `${mal.person.id}~${a}~${b}`,
      `${a}%7E${b}`,
      `${direct.id} `,
    ]) {
      expect((await mal.ask("GET", `/api/channels/${id.replace(" ", "%20")}/messages`)).status, id).toBe(404);
    }
  });

  test("its epoch is used as an id", async () => {
    expect((await mal.ask("GET", `${path(direct.epoch)}/messages`)).status).toBe(404);
  });

  test("its file is asked for through a channel of one's own", async () => {
    expect((await bea.ask("GET", file.url)).status).toBe(200);
    expect((await mal.ask("GET", `${path(channel)}/attachments/${file.id}`)).status).toBe(404);
    const body = { id: crypto.randomUUID(), text: "", attachments: [file.id] };
    expect(await problemOf(await mal.ask("POST", `${path(channel)}/messages`, { body }))).toEqual({
      status: 422,
      code: "invalid_attachment",
    });
  });

  test("it is counted: neither list nor directory nor search tells of it", async () => {
    expect(await (await mal.ask("GET", "/api/channels")).text()).not.toContain(direct.id);
    const seat = await mal.watch();
    await ada.post(direct.id, "another secret");
    await mal.post(channel, "something to be told");
    await seat.next("activity", ({ channels }) => channels.some(({ id }) => id === channel));
    expect(JSON.stringify(seat.frames)).not.toContain(direct.id);
    expect(JSON.stringify(seat.frames)).not.toContain("secret");
  });

  test("a mention in it reaches nobody outside", async () => {
    const seat = await mal.watch();
    await seat.next("directory");
    await ada.post(direct.id, `<@${mal.person.id}> <@${bea.person.id}>`);
    await ada.post(channel, `<@${mal.person.id}> in the open`);
    const told = await seat.next("mention");
    expect(told.channel).toBe(channel);
    expect(seat.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
  });
});

describe("what the server decides is claimed", () => {
  const FORGERIES: readonly (readonly [string, object])[] = [
    ["an author", { author: { id: "someone-else-00000", name: "Somebody Else" } }],
    ["a time", { sentAt: 1 }],
    ["a number", { seq: 1_000_000 }],
    ["a rev", { rev: 1_000_000 }],
    ["an edit that was none", { editedAt: 5 }],
    ["reactions of others", { reactions: [{ emoji: "👍", people: [{ id: "someone-else-00000", name: "X" }] }] }],
    ["a deletion", { deleted: true }],
    ["another prototype", JSON.parse('{"__proto__": {"author": "x"}, "constructor": {"prototype": {}}}')],
  ];

  test.each(FORGERIES)("%s, over HTTP and on a socket", async (_, forged) => {
    const before = Date.now();
    const body = { id: crypto.randomUUID(), text: "words", ...forged };
    const byHttp: Message = await (await mal.ask("POST", `${path(channel)}/messages`, { body })).json();
    const seat = await mal.join(channel);
    await welcomed(seat);
    seat.send({ type: "send", id: crypto.randomUUID(), text: "words", ...forged });
    await seat.next("messages");
    for (const message of [byHttp, ...heard(seat)]) {
      expect(Object.keys(message).sort()).toEqual(["author", "id", "rev", "sentAt", "seq", "text"]);
      expect(message.author).toEqual(mal.person);
      expect(message.sentAt).toBeGreaterThanOrEqual(before);
    }
    expect(heard(seat).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("another's message is edited or deleted, over HTTP and on a socket", async () => {
    const { id } = await ada.post(channel, "my words");
    expect((await ada.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: "my own words" } })).status).toBe(
      200,
    );
    const edit = await mal.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: "his words" } });
    expect(await problemOf(edit)).toEqual({ status: 403, code: "forbidden" });
    expect((await mal.ask("DELETE", `${path(channel)}/messages/${id}`)).status).toBe(403);
    const seat = await mal.join(channel);
    await welcomed(seat);
    for (const command of [
      { type: "edit", id, text: "his" },
      { type: "delete", id },
    ]) {
      seat.send(command);
      await seat.next("error", (error) => error.command === command.type && error.code === "forbidden");
    }
    expect(heard(seat)).toMatchObject([{ text: "my own words", author: ada.person }]);
  });

  test("another's id is used to send: it neither doubles nor changes what is there", async () => {
    const { id } = await ada.post(channel, "my words");
    const body = { id, text: "his words" };
    expect(await problemOf(await mal.ask("POST", `${path(channel)}/messages`, { body }))).toEqual({
      status: 409,
      code: "id_conflict",
    });
    const again: Message = await (
      await ada.ask("POST", `${path(channel)}/messages`, { body: { id, text: "again" } })
    ).json();
    expect(again).toMatchObject({ seq: 1, text: "my words" });
  });

  test("another's upload is taken before its message takes it", async () => {
    const upload: Attachment = await (
      await ada.ask("POST", `${path(channel)}/attachments?name=a.txt`, { body: "bytes" })
    ).json();
    expect((await mal.ask("GET", upload.url)).status).toBe(404);
    const body = { id: crypto.randomUUID(), text: "mine now", attachments: [upload.id] };
    expect((await mal.ask("POST", `${path(channel)}/messages`, { body })).status).toBe(422);
    expect((await ada.ask("POST", `${path(channel)}/messages`, { body })).status).toBe(201);
  });

  test("a reaction in another's name", async () => {
    const { id } = await ada.post(channel, "words");
    const body = { emoji: "👍", on: true, person: ada.person, personId: ada.person.id };
    const reacted: Message = await (
      await mal.ask("POST", `${path(channel)}/messages/${id}/reactions`, { body })
    ).json();
    expect(reacted.reactions).toEqual([{ emoji: "👍", people: [mal.person] }]);
  });

  test("another's channel is changed or ended", async () => {
    expect((await ada.ask("PATCH", path(channel), { body: { topic: "mine" } })).status).toBe(200);
    expect(await problemOf(await mal.ask("PATCH", path(channel), { body: { topic: "his" } }))).toMatchObject({
      code: "forbidden",
    });
    expect(await problemOf(await mal.ask("DELETE", path(channel)))).toMatchObject({ code: "forbidden" });
    expect((await mal.ask("DELETE", path("general"))).status).toBe(403);
  });

  test("a person is removed by somebody who is no owner", async () => {
    expect((await mal.ask("DELETE", `/api/people/${ada.person.id}`)).status).toBe(403);
    expect((await ada.ask("GET", "/api/session")).status).toBe(200);
  });
});

describe("somebody is impersonated", () => {
  test.each([
    ["in other letter cases", (name: string) => name.toUpperCase()],
    ["with blanks round it", (name: string) => `  ${name.replace(" ", "   ")} `],
    ["in full width", (name: string) => name.replace("A", "Ａ")],
    ["with a Cyrillic letter in each place", (name: string) => name.replace("Ada", "Аԁа")],
    ["with letters for digits", (name: string) => name.replace("0", "O").replace("1", "l")],
  ])("%s", async (_, disguise) => {
    const name = `Ada 10${counter}`;
    await arrive(name);
    const answer = await ask("POST", "/api/session", { body: { name: disguise(name) } });
    expect([409, 422]).toContain(answer.status);
    expect((await mal.ask("POST", "/api/session", { body: { name: disguise(name) } })).ok).toBe(false);
  });

  test.each([
    ["a zero-width space", "Ad\u200ba"],
    ["a right-to-left override", "\u202eadA"],
    ["a soft hyphen", "Ad\u00ada"],
    ["a word joiner", "Ad\u2060a"],
    ["a variation selector", "Ada\ufe0f"],
    ["a Hangul filler", "Ada\u3164"],
    ["stacked marks", "A\u0301\u0301\u0301\u0301da"],
    ["a line break", "Ada\nsystem"],
    ["an emoji", "Ada👑"],
    ["the product's name", "Flack"],
    ["the product's name in disguise", "FIack"],
  ])("with %s in the name", async (_, name) => {
    const answer = await ask("POST", "/api/session", { body: { name } });
    expect(await problemOf(answer)).toEqual({ status: 422, code: "invalid_name" });
  });
});

describe("a script is put", () => {
  test("into a message, an edit and a topic: it is kept as the words it is, in JSON", async () => {
    const sent = await mal.post(channel, SCRIPT);
    expect(sent.text).toBe(SCRIPT);
    const answer = await ada.ask("GET", `${path(channel)}/messages`);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const topic = await ada.ask("PATCH", path(channel), { body: { topic: SCRIPT } });
    expect(topic.headers.get("Content-Type")).toContain("application/json");
  });

  test.each([["a display name"], ["a channel's name"]])("into %s", async (what) => {
    const answer = what.startsWith("a display")
      ? await ask("POST", "/api/session", { body: { name: SCRIPT.slice(0, 30) } })
      : await mal.ask("POST", "/api/channels", { body: { name: SCRIPT.slice(0, 30) } });
    expect(await problemOf(answer)).toEqual({ status: 422, code: "invalid_name" });
  });

  test("into an error: what was asked is not said back", async () => {
    for (const bad of [`/api/${encodeURIComponent(SCRIPT)}`, `${path(SCRIPT)}/messages`]) {
      const answer = await mal.ask("GET", bad);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      expect(await answer.text()).not.toContain("<script>");
    }
  });

  test.each([
    ["an HTML page", "text/html", "<!doctype html><script>1</script>"],
    ["an SVG", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`],
    ["XML with a stylesheet", "text/xml", `<?xml version="1.0"?><?xml-stylesheet href="x"?><x/>`],
    ["a PDF", "application/pdf", "%PDF-1.7 /JS (alert)"],
    ["JavaScript", "text/javascript", "alert(1)"],
    ["HTML that says it is a picture", "image/png", "<html><script>1</script>"],
    ["a GIF that is a script too", "text/javascript", "GIF89a=1;alert(1)"],
  ])("into a file: %s", async (_, type, bytes) => {
    const upload: Attachment = await (
      await mal.ask("POST", `${path(channel)}/attachments?name=x.html`, {
        body: bytes,
        headers: { "Content-Type": type },
      })
    ).json();
    const served = await mal.ask("GET", upload.url);
    const shown = served.headers.get("Content-Type") ?? "";
    expect(["application/octet-stream", "image/gif"]).toContain(shown);
    if (shown === "application/octet-stream") expect(served.headers.get("Content-Disposition")).toMatch(/^attachment/);
    expect(served.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(served.headers.get("Content-Security-Policy")).toBe("sandbox; default-src 'none'");
    expect(served.headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
    await served.body?.cancel();
  });
});

describe("a path is a trick", () => {
  test.each([
    "/api/channels/..%2f..%2fsession",
    "/api/channels/%2e%2e/messages",
    "/api/channels/general%00/messages",
    "/api/channels//messages",
    "/api/channels/general/attachments/..%2F..%2Fother",
    "/api/channels/general/attachments/%2e%2e%2fepoch%2fid",
    "/api/channels/general/messages/../../session",
    "/api/channels/%E0%A4%A/messages",
    "/API/session/../channels",
    "/api/people?id=' OR '1'='1",
    "/api/channels/constructor/messages",
    "/api/channels/__proto__/messages",
  ])("%s", async (trick) => {
    const answer = await mal.ask("GET", trick);
    expect(answer.status).toBeLessThan(500);
    const text = await answer.text();
    if (trick.includes("people")) expect(JSON.parse(text)).toEqual({ people: [] });
    else expect([200, 400, 404, 405]).toContain(answer.status);
    expect(text).not.toMatch(/\bat \w+ \(|SELECT|worker\//);
  });
});

describe("a header is injected", () => {
  test.each([
    ["line breaks", "a\r\nSet-Cookie: x=1\r\n.txt"],
    ["quotes", `a"; filename="evil.exe`],
    ["a null", "a\0.txt"],
    ["a way out of the folder", "../../../etc/passwd"],
    ["a Windows path", "C:\\Windows\\system32\\x.dll"],
    ["letters turned round", "photo\u202egnp.exe"],
    ["dots alone", "..."],
    ["a lone surrogate", "%ED%A0%80.txt"],
  ])("by a file's name with %s", async (_, name) => {
    const query = name.startsWith("%") ? name : encodeURIComponent(name);
    const answer = await mal.ask("POST", `${path(channel)}/attachments?name=${query}`, { body: "bytes" });
    expect(answer.status).toBe(201);
    const upload: Attachment = await answer.json();
    expect(upload.name).not.toMatch(/[\\/\r\n\0\u202e]|^\.+$/);
    const served = await mal.ask("GET", upload.url);
    expect(served.status).toBe(200);
    expect(served.headers.get("Set-Cookie")).toBeNull();
    expect(served.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename=(?:[^\s;"]+|"(?:[^"\\\r\n]|\\.)*")(?:; filename\*=UTF-8''[^\s;]+)?$/,
    );
    await served.body?.cancel();
  });
});

describe("a race is run", () => {
  test("for one name: one wins", async () => {
    const name = `Racer ${counter}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask("POST", "/api/session", { body: { name } })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });

  test("for one channel: one wins", async () => {
    const name = freshName();
    const answers = await Promise.all(
      [ada, bea, mal].map((who) => who.ask("POST", "/api/channels", { body: { name } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test("for one direct conversation, from both sides: there is one", async () => {
    const open = (who: Somebody, other: Somebody) =>
      who.ask("POST", "/api/directs", { body: { person: other.person.id } });
    const answers = await Promise.all([open(ada, bea), open(bea, ada), open(ada, bea)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const epochs = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Channel).epoch));
    expect(new Set(epochs).size).toBe(1);
  });

  test("for one message id: it is stored once", async () => {
    const id = crypto.randomUUID();
    const said = await Promise.all(Array.from({ length: 8 }, (_, n) => ada.post(channel, `try ${n}`, id)));
    expect(new Set(said.map(({ seq, text }) => `${seq} ${text}`)).size).toBe(1);
  });

  test("for one upload: one message takes it", async () => {
    const upload: Attachment = await (await ada.ask("POST", `${path(channel)}/attachments`, { body: "bytes" })).json();
    const send = () =>
      ada.ask("POST", `${path(channel)}/messages`, {
        body: { id: crypto.randomUUID(), text: "", attachments: [upload.id] },
      });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
  });

  test("for one device link: one device gets in", async () => {
    const { url }: { url: string } = await (await ada.ask("POST", "/api/session/links")).json();
    const token = url.split("#link=")[1];
    const answers = await Promise.all([1, 2, 3].map(() => ask("POST", "/api/session/redeem", { body: { token } })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
  });

  test("between a sign-out and what is still being said: nothing is stored afterwards", async () => {
    const seat = await mal.join(channel);
    await welcomed(seat);
    const out = mal.ask("DELETE", "/api/session");
    for (let n = 0; n < 5; n++) seat.send({ type: "send", id: crypto.randomUUID(), text: `late ${n}` });
    await out;
    const { head }: { head: { seq: number } } = await (await ada.ask("GET", `${path(channel)}/messages`)).json();
    try {
      seat.send({ type: "send", id: crypto.randomUUID(), text: "too late" });
    } catch {
      // the socket is closed already: as good
    }
    await seat.closing();
    expect(await (await ada.ask("GET", `${path(channel)}/messages`)).json()).toMatchObject({ head });
  });
});

describe("a code is guessed", () => {
  test("of a private site: sixty wrong ones an hour from one address, and nothing is told after them", async () => {
    const site = { ACCESS_CODE: "sesame" };
    const headers = { "CF-Connecting-IP": `198.51.100.${counter % 250}` };
    const attempt = (accessCode: string, n: number) =>
      ask("POST", "/api/session", { body: { name: `Guesser ${counter} ${n}`, accessCode }, headers }, site);
    expect((await attempt("sesame", 0)).status).toBe(201);
    for (let n = 1; n <= 60; n++) expect((await attempt("wrong", n)).status).toBe(403);
    expect(await problemOf(await attempt("sesame", 61))).toEqual({ status: 429, code: "rate_limited" });
    expect(await problemOf(await attempt("wrong", 62))).toEqual({ status: 429, code: "rate_limited" });
  });
});

test("somebody without a session gets nothing but health and site", async () => {
  expect((await ask("GET", "/api/health")).status).toBe(200);
  expect((await ask("GET", "/api/site")).status).toBe(200);
  for (const [method, rest] of [
    ["GET", "/api/session"],
    ["GET", "/api/people?q="],
    ["GET", "/api/channels"],
    ["POST", "/api/channels"],
    ["POST", "/api/directs"],
    ["POST", "/api/session/links"],
    ["POST", "/api/session/owner"],
    ["DELETE", `/api/people/${ada.person.id}`],
    ["GET", `${path(channel)}/messages`],
    ["POST", `${path(channel)}/attachments`],
    ["GET", "/api/anything"],
  ] as const) {
    expect(await problemOf(await ask(method, rest)), `${method} ${rest}`).toEqual({
      status: 401,
      code: "unauthorized",
    });
  }
  const stranger = new Somebody(ada.person, "");
  await expect(stranger.join(channel)).rejects.toThrow("401");
});
