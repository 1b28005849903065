/** The front door: what holds for every request, and in which order. */

import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { arrive, ask, freshName, path, problemOf, type Somebody } from "../people.ts";

let ada: Somebody;
let channel: string;
const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const SOCKET = { Upgrade: "websocket" };

beforeAll(async () => {
  channel = freshName();
  ada = await arrive("Ada of the door");
  await ada.makeChannel(channel);
});

describe("without a session", () => {
  test("health and site answer", async () => {
    expect(await (await ask("GET", "/api/health")).json()).toEqual({ status: "ok" });
    const site = { name: "Flack", accessCode: false, files: true };
    expect(await (await ask("GET", "/api/site")).json()).toEqual(site);
    // Whoever brings a session, whatever it is worth, is told that asking who one is makes sense.
    expect(await (await ada.ask("GET", "/api/site")).json()).toEqual({ ...site, session: true });
  });

  test.each([
    ["GET", "/api/session"],
    ["DELETE", "/api/session"],
    ["PUT", "/api/session"],
    ["GET", "/api/channels"],
    ["GET", "/api/nothing"],
    ["GET", "/api/channels/general/socket"],
    ["GET", "/api/directory/socket"],
    ["GET", "/api/people"],
    ["POST", "/api/directs"],
    ["POST", "/api/session/links"],
    ["GET", "/api/session/redeem"],
    ["DELETE", "/api/channels/general"],
  ])("%s %s is 401", async (method, where) => {
    expect(await problemOf(await ask(method, where))).toEqual({ status: 401, code: "unauthorized" });
  });

  test.each([
    ["a made-up token", `flack_session=${"x".repeat(43)}`],
    ["no token at all", "flack_session="],
    ["something long", `flack_session=${"x".repeat(4_000)}`],
    ["the cookie of https", "__Host-flack_session=xyz"],
  ])("%s opens nothing", async (_, Cookie) => {
    expect(await problemOf(await ask("GET", "/api/session", { headers: { Cookie } }))).toMatchObject({ status: 401 });
  });
});

describe("with a session", () => {
  test.each([
    ["GET", "/api/nothing"],
    ["GET", "/api/channels/a/b/c"],
  ])("%s %s is 404", async (method, where) => {
    expect(await problemOf(await ada.ask(method, where))).toEqual({ status: 404, code: "not_found" });
  });

  test.each([
    ["POST", "/api/health", "GET, HEAD"],
    ["DELETE", "/api/site", "GET, HEAD"],
    ["PUT", "/api/session", "GET, HEAD, POST, DELETE"],
    ["DELETE", "/api/channels", "GET, HEAD, POST"],
    ["PUT", "/api/channels/general/messages", "GET, HEAD, POST"],
    ["GET", `/api/channels/general/messages/${ID}`, "PATCH, DELETE"],
    ["POST", "/api/channels/general/socket", "GET"],
    ["POST", "/api/directory/socket", "GET"],
    ["GET", "/api/channels/general", "PATCH, DELETE"],
    ["DELETE", `/api/channels/general/messages/${ID}/reactions`, "POST"],
    ["POST", "/api/people", "GET, HEAD"],
    ["GET", "/api/directs", "POST"],
    ["GET", "/api/session/links", "POST"],
    ["GET", "/api/session/redeem", "POST"],
  ])("%s %s is 405 and says what is allowed", async (method, where, allow) => {
    const response = await ada.ask(method, where);
    expect(response.headers.get("Allow")).toBe(allow);
    expect(await problemOf(response)).toEqual({ status: 405, code: "method_not_allowed" });
  });

  test.each(["/api/channels/general/socket", "/api/directory/socket"])(
    "%s without an upgrade is 426",
    async (where) => {
      const response = await ada.ask("GET", where);
      expect(response.headers.get("Upgrade")).toBe("websocket");
      expect(await problemOf(response)).toEqual({ status: 426, code: "upgrade_required" });
    },
  );

  test("an unknown channel is 404 on every route, and no object is made for it", async () => {
    await ada.post(channel, "objects are counted from here");
    const before = (await listDurableObjectIds(env.CHANNEL)).length;
    const nowhere = path("nowhere");
    const body = { id: ID, text: "x" };
    for (const response of [
      await ada.ask("GET", `${nowhere}/messages`),
      await ada.ask("POST", `${nowhere}/messages`, { body }),
      await ada.ask("DELETE", `${nowhere}/messages/${ID}`),
      await ada.ask("PATCH", nowhere, { body: { topic: "x" } }),
      await ada.ask("DELETE", nowhere),
      await ada.ask("POST", `${nowhere}/messages/${ID}/reactions`, { body: { emoji: "👍", on: true } }),
      await ada.ask("GET", `${nowhere}/socket`, { headers: SOCKET }),
      await ada.ask("GET", `${path("%")}/messages`),
      await ada.ask("GET", "/api/channels/%E0%A4%A/messages"),
    ]) {
      expect(await problemOf(response)).toEqual({ status: 404, code: "not_found" });
    }
    expect(await listDurableObjectIds(env.CHANNEL)).toHaveLength(before);
  });
});

describe("where a request comes from", () => {
  test.each([
    ["this site's origin", { Origin: "https://flack.test" }],
    ["no origin", {}],
    ["a listed origin", { Origin: "https://friend.example" }],
    ["another listed one", { Origin: "https://other.example" }],
    ["a page of this site", { Origin: "https://flack.test", "Sec-Fetch-Site": "same-origin" }],
  ])("%s may change something", async (_, headers) => {
    const id = crypto.randomUUID();
    const body = { id: id.toUpperCase(), text: "x" };
    // The body is wrong on purpose: whoever is let in hears about it.
    expect(await problemOf(await ada.ask("POST", `${path(channel)}/messages`, { body, headers }))).toMatchObject({
      code: "bad_request",
    });
  });

  test.each([
    ["another site", { Origin: "https://evil.example" }],
    ["another scheme", { Origin: "http://flack.test" }],
    ["another port", { Origin: "https://flack.test:8443" }],
    ["a subdomain", { Origin: "https://a.flack.test" }],
    ["a longer name", { Origin: "https://flack.test.evil.example" }],
    ["no page", { Origin: "null" }],
    ["part of a listed one", { Origin: "https://friend.exampl" }],
    ["the browser's word", { "Sec-Fetch-Site": "cross-site" }],
    ["the browser's word over the header", { Origin: "https://flack.test", "Sec-Fetch-Site": "cross-site" }],
  ])("%s may not, nor open a socket, but may read", async (_, headers) => {
    const refused = { status: 403, code: "bad_origin" };
    expect(await problemOf(await ada.ask("POST", "/api/channels", { body: { name: "x" }, headers }))).toEqual(refused);
    expect(await problemOf(await ask("POST", "/api/session", { body: { name: "x" }, headers }))).toEqual(refused);
    expect(await problemOf(await ada.ask("DELETE", "/api/session", { headers }))).toEqual(refused);
    expect(await problemOf(await ask("PUT", "/api/nothing", { headers }))).toEqual(refused);
    const upgrade = { headers: { ...headers, ...SOCKET } };
    expect(await problemOf(await ada.ask("GET", `${path(channel)}/socket`, upgrade))).toEqual(refused);
    expect(await problemOf(await ada.ask("GET", "/api/directory/socket", upgrade))).toEqual(refused);
    expect((await ada.ask("GET", "/api/channels", { headers })).status).toBe(200);
  });
});

describe("bodies", () => {
  const messages = () => `${path(channel)}/messages`;

  test.each([
    ["nothing", ""],
    ["no JSON", "hello"],
    ["half of it", '{"id":'],
    ["null", "null"],
    ["a list", "[]"],
    ["no fields", "{}"],
    ["no text", JSON.stringify({ id: ID })],
    ["an id in upper case", JSON.stringify({ id: ID.toUpperCase(), text: "x" })],
    ["an id that is a number", JSON.stringify({ id: 7, text: "x" })],
    ["deep JSON", "[".repeat(20_000)],
  ])("%s is bad_request", async (_, body) => {
    expect(await problemOf(await ada.ask("POST", messages(), { body }))).toEqual({ status: 400, code: "bad_request" });
  });

  test("bytes that are no UTF-8 are bad_request", async () => {
    const body = new Uint8Array([...new TextEncoder().encode(`{"id":"${ID}","text":"`), 0xff, 0xfe, 0x22, 0x7d]);
    const request = new Request(`https://flack.test${messages()}`, {
      method: "POST",
      body,
      headers: { Cookie: ada.cookie },
    });
    const { default: worker } = await import("../../../worker/index.ts");
    expect(await problemOf(await worker.fetch(request, env))).toEqual({ status: 400, code: "bad_request" });
  });

  test("64 KiB are read, a byte more is too_large", async () => {
    const body = (bytes: number) => {
      const frame = JSON.stringify({ id: ID, text: "", padding: "" });
      return frame.replace('"padding":""', `"padding":"${"x".repeat(bytes - frame.length)}"`);
    };
    expect(await problemOf(await ada.ask("POST", messages(), { body: body(65_536) }))).toEqual({
      status: 422,
      code: "invalid_text",
    });
    expect(await problemOf(await ada.ask("POST", messages(), { body: body(65_537) }))).toEqual({
      status: 413,
      code: "too_large",
    });
  });

  test("an id in the path that is no UUID is bad_request", async () => {
    const body = { text: "x" };
    expect(await problemOf(await ada.ask("PATCH", `${messages()}/7`, { body }))).toMatchObject({ code: "bad_request" });
    expect(await problemOf(await ada.ask("DELETE", `${messages()}/7`))).toEqual({ status: 400, code: "bad_request" });
  });

  test.each([
    ["blank text", { id: ID, text: "  " }, 422, "invalid_text"],
    ["a text too long", { id: ID, text: "x".repeat(4_001) }, 422, "invalid_text"],
    ["a reply to nothing", { id: ID, text: "x", replyTo: crypto.randomUUID() }, 422, "invalid_reply"],
  ])("%s is refused, and nothing is stored", async (_, body, status, code) => {
    expect(await problemOf(await ada.ask("POST", messages(), { body }))).toEqual({ status, code });
    const { messages: kept }: { messages: { id: string }[] } = await (await ada.ask("GET", messages())).json();
    expect(kept.map(({ id }) => id)).not.toContain(ID);
  });
});

describe("problem documents", () => {
  test("are RFC 9457, with headers of their own", async () => {
    const response = await ask("GET", "/api/session");
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toEqual({
      type: "urn:flack:problem:unauthorized",
      title: "Sign in first",
      status: 401,
      code: "unauthorized",
      detail: "Sign in first.",
    });
  });

  test("never show what went wrong inside", async () => {
    const { default: worker } = await import("../../../worker/index.ts");
    const broken = new Proxy(env, {
      get: (target, key) => {
        if (key === "PEOPLE") throw new Error("SELECT secret FROM /etc/passwd");
        return Reflect.get(target, key);
      },
    });
    const headers = { Cookie: ada.cookie };
    const response = await worker.fetch(new Request("https://flack.test/api/channels", { headers }), broken);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('"code":"internal"');
    expect(text).not.toMatch(/secret|passwd|at /);
  });
});

describe("reading a channel's messages", () => {
  test("answers the window with its head, and 304 while nothing has changed", async () => {
    const name = freshName();
    const { epoch } = await ada.makeChannel(name);
    const first = await ada.post(name, "one");
    const response = await ada.ask("GET", `${path(name)}/messages`);
    expect(response.headers.get("Cache-Control")).toBe("private, no-cache");
    expect(await response.json()).toEqual({ epoch, head: { seq: 1, rev: 1 }, messages: [first] });
    const tag = response.headers.get("ETag") ?? "";
    const ask = (value: string) => ada.ask("GET", `${path(name)}/messages`, { headers: { "If-None-Match": value } });
    for (const value of [tag, tag.replace("W/", ""), `"other", ${tag}`, "*"]) {
      const unchanged = await ask(value);
      expect(unchanged.status).toBe(304);
      expect(unchanged.headers.get("ETag")).toBe(tag);
      expect(await unchanged.text()).toBe("");
    }
    await ada.ask("DELETE", `${path(name)}/messages/${first.id}`);
    expect((await ask(tag)).status).toBe(200);
  });

  test("HEAD answers without the window", async () => {
    const response = await ada.ask("HEAD", `${path(channel)}/messages`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });
});

test("an envelope that a client makes itself is worth nothing", async () => {
  const forged = { person: { id: "x".repeat(22), name: "Mallory" }, session: "s", namedAt: 0 };
  const envelope = encodeURIComponent(JSON.stringify({ auth: forged, reportedSeq: 0, ...forged }));
  for (const seat of [
    await ada.join(channel, undefined, { "x-flack-identity": envelope }),
    await ada.watch({ "x-flack-identity": envelope }),
  ]) {
    await seat.until("a first frame", () => seat.frames.length > 0);
    expect(seat.frames[0]).toMatchObject({ you: ada.person });
  }
});

describe("every answer", () => {
  test("is data for this site alone, and over https asks for https from then on", async () => {
    for (const answer of [
      await ask("GET", "/api/health"),
      await ask("GET", "/api/session"),
      await ada.ask("GET", "/api/channels"),
    ]) {
      expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(answer.headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(answer.headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
      expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.headers.get("Strict-Transport-Security")).toBe("max-age=31536000");
    }
  });
});

describe("the outermost limit", () => {
  const limit = (success: boolean) => ({ ADDRESS_PACE: { limit: async () => ({ success }) } });
  const headers = { "CF-Connecting-IP": "192.0.2.1" };

  test("admits an address within it, and one past it to nothing below /api/", async () => {
    expect((await ask("GET", "/api/health", { headers }, limit(true))).status).toBe(200);
    const answer = await ask("GET", "/api/health", { headers }, limit(false));
    expect(answer.headers.get("Retry-After")).toBe("10");
    expect(await answer.json()).toMatchObject({ status: 429, code: "rate_limited", retryAfterMs: 10_000 });
  });

  test("counts by address: where the edge names none, nobody is", async () => {
    expect((await ask("GET", "/api/health", {}, limit(false))).status).toBe(200);
  });
});

describe("the log", () => {
  test("has one JSON line a bug, with the reference that the answer names, and no secret", async () => {
    const lines: string[] = [];
    const listen = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
    onTestFinished(() => listen.mockRestore());
    const broken = {
      getByName: () => {
        throw new Error("broken");
      },
    };
    const body = { id: crypto.randomUUID(), text: "a private word" };
    const site = { CHANNEL: broken as unknown as typeof env.CHANNEL };
    const answer = await ada.ask("POST", `${path(channel)}/messages`, { body }, site);
    const { detail, code }: { detail: string; code: string } = await answer.json();
    expect([answer.status, code]).toEqual([500, "internal"]);
    expect(lines).toHaveLength(1);
    const line: Record<string, unknown> = JSON.parse(lines[0] ?? "");
    expect(line).toMatchObject({ event: "bug", where: "http" });
    expect(detail).toContain(String(line["reference"]));
    for (const secret of ["a private word", ada.person.name, ada.cookie.split("=")[1] ?? "?"]) {
      expect(lines[0]).not.toContain(secret);
    }
  });
});
