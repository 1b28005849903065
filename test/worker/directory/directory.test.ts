/** The directory: names, sessions, channels, and what is told of them live. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Directory } from "../../../worker/directory/directory.ts";
import type { Channel, Person } from "../../../worker/protocol/things.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, ask, cookieOf, freshName, path, problemOf, Somebody } from "../people.ts";

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

function directory() {
  return env.DIRECTORY.getByName("directory");
}

/** The object that knows a person's sessions. */
function shardOf({ person }: Somebody) {
  return env.PEOPLE.getByName(String(Number.parseInt(person.id, 36)));
}

/** Lets the clock be somewhere else; everything but the date runs on. */
function travel(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("signing in", () => {
  test("gives a person and a cookie that scripts cannot read, and is known from then on", async () => {
    const response = await ask("POST", "/api/session", { body: { name: "  Ada   One " } });
    expect(response.status).toBe(201);
    const { person }: { person: Person } = await response.json();
    expect(person.name).toBe("Ada One");
    expect(person.id).toMatch(/^[A-Za-z0-9_-]{16,32}$/);
    const cookie = response.headers.get("Set-Cookie") ?? "";
    expect(cookie).toMatch(/^__Host-flack_session=0-[\w-]{22}\.[\w-]{43};/);
    for (const part of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", `Max-Age=${400 * 24 * 60 * 60}`]) {
      expect(cookie).toContain(part);
    }
    const again = new Somebody(person, cookieOf(response));
    expect(await (await again.ask("GET", "/api/session")).json()).toEqual({ person });
  });

  test("over http the cookie has no prefix and is not Secure", async () => {
    const { default: worker } = await import("../../../worker/index.ts");
    const body = JSON.stringify({ name: "Ada without TLS" });
    const response = await worker.fetch(new Request("http://localhost/api/session", { method: "POST", body }), env);
    expect(response.headers.get("Set-Cookie")).toMatch(/^flack_session=0-[\w-]{22}\.[\w-]{43};/);
    expect(response.headers.get("Set-Cookie")).not.toContain("Secure");
  });

  test("with a live session renames the same person, and sets no new cookie", async () => {
    const ada = await arrive("Ada before");
    const response = await ada.ask("POST", "/api/session", { body: { name: "Ada after" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("Set-Cookie")).toBeNull();
    expect(await response.json()).toEqual({ person: { id: ada.person.id, name: "Ada after" } });
    await arrive("Ada before");
  });

  test("with a dead session makes a new person and a new cookie", async () => {
    const gone = await arrive("Gone soon");
    await gone.ask("DELETE", "/api/session");
    const response = await gone.ask("POST", "/api/session", { body: { name: "Gone soon" } });
    expect(response.status).toBe(201);
    expect(cookieOf(response)).not.toBe(gone.cookie);
    expect(((await response.json()) as { person: Person }).person.id).not.toBe(gone.person.id);
  });

  test.each(["Taken Name", "taken name", "ＴＡＫＥＮ ＮＡＭＥ", " Taken  Name "])(
    "as %j is refused while somebody has that name",
    async (name) => {
      await ask("POST", "/api/session", { body: { name: "Taken Name" } });
      expect(await problemOf(await ask("POST", "/api/session", { body: { name } }))).toEqual({
        status: 409,
        code: "name_taken",
      });
    },
  );

  test("renaming to a taken name changes nothing", async () => {
    await arrive("Already here");
    const ada = await arrive("Ada stays");
    const response = await ada.ask("POST", "/api/session", { body: { name: "already HERE" } });
    expect(await problemOf(response)).toEqual({ status: 409, code: "name_taken" });
    expect(await (await ada.ask("GET", "/api/session")).json()).toEqual({ person: ada.person });
  });

  test("a person may change the case of the own name", async () => {
    const ada = await arrive("case matters");
    expect((await ada.ask("POST", "/api/session", { body: { name: "Case Matters" } })).status).toBe(200);
  });

  test.each([
    ["no name", {}, 400, "bad_request"],
    ["a number", { name: 7 }, 400, "bad_request"],
    ["an empty name", { name: "" }, 422, "invalid_name"],
    ["a reserved name", { name: "Admin" }, 422, "invalid_name"],
    ["an invisible character", { name: "Ada\u200b" }, 422, "invalid_name"],
    ["mixed scripts", { name: "Аda" }, 422, "invalid_name"],
  ])("with %s is refused, and no cookie is set", async (_, body, status, code) => {
    const response = await ask("POST", "/api/session", { body });
    expect(response.headers.get("Set-Cookie")).toBeNull();
    expect(await problemOf(response)).toEqual({ status, code });
  });

  test("fifty people at once want one name: one has it", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask("POST", "/api/session", { body: { name: "Wanted" } })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
  });

  test("an address may sign in 600 times an hour", async () => {
    const headers = { "CF-Connecting-IP": "192.0.2.1" };
    await runInDurableObject(directory(), (instance) => {
      for (let n = 0; n < 600; n++) instance.countSignIn("192.0.2.1");
    });
    const response = await ask("POST", "/api/session", { body: { name: "One too many" }, headers });
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(3_000);
    expect(await problemOf(response)).toEqual({ status: 429, code: "rate_limited" });
    await arrive("From elsewhere", { "CF-Connecting-IP": "192.0.2.2" });
    travel(HOUR_MS + 1_000);
    await arrive("An hour later", headers);
  });

  test("the access code is asked for where there is one, and 60 wrong ones close the address", async () => {
    const { default: worker } = await import("../../../worker/index.ts");
    const site = {
      ...env,
      CHANNEL: env.CHANNEL,
      DIRECTORY: env.DIRECTORY,
      PEOPLE: env.PEOPLE,
      ACCESS_CODE: "open sesame",
    };
    const signIn = (body: unknown) =>
      worker.fetch(
        new Request("https://flack.test/api/session", {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "CF-Connecting-IP": "192.0.2.3" },
        }),
        site,
      );
    expect(await (await worker.fetch(new Request("https://flack.test/api/site"), site)).json()).toMatchObject({
      accessCode: true,
    });
    expect((await signIn({ name: "Knows it", accessCode: "open sesame" })).status).toBe(201);
    for (let n = 0; n < 60; n++) {
      const response = await signIn({ name: "Does not", accessCode: n % 2 ? "open" : undefined });
      expect(await problemOf(response)).toEqual({ status: 403, code: "bad_access_code" });
    }
    const late = await signIn({ name: "Knows it too", accessCode: "open sesame" });
    expect(await problemOf(late)).toEqual({ status: 429, code: "rate_limited" });
  });

  test("tokens are kept only as hashes", async () => {
    const ada = await arrive("Ada hashed");
    const token = ada.cookie.split("=")[1] ?? "";
    const dump = await runInDurableObject(shardOf(ada), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT * FROM sessions").toArray()),
    );
    expect(dump).toContain(ada.person.id);
    expect(dump).not.toContain(token);
  });
});

describe("a session", () => {
  test("is renewed by use once a day, and keeps its value", async () => {
    const ada = await arrive("Ada renewed");
    const early = await ada.ask("GET", "/api/session");
    expect(early.headers.get("Set-Cookie")).toBeNull();
    travel(DAY_MS + 1_000);
    await (await ada.watch()).next("directory"); // an upgrade carries no cookie: the next answer does
    const late = await ada.ask("GET", "/api/session");
    expect(cookieOf(late)).toBe(ada.cookie);
    expect((await ada.ask("GET", "/api/session")).headers.get("Set-Cookie")).toBeNull();
  });

  test("that was signed out is worth nothing, and the name is free", async () => {
    const ada = await arrive("Ada leaves");
    const response = await ada.ask("DELETE", "/api/session");
    expect(response.status).toBe(204);
    expect(response.headers.get("Set-Cookie")).toMatch(/flack_session=;.*Max-Age=0/);
    expect(await problemOf(await ada.ask("GET", "/api/channels"))).toEqual({ status: 401, code: "unauthorized" });
    const heir = await arrive("Ada leaves");
    expect(heir.person.id).not.toBe(ada.person.id);
  });

  test("of somebody not seen for 90 days gives the name to whoever wants it; until then it does not", async () => {
    const old = await arrive("Long gone");
    travel(90 * DAY_MS - 1_000);
    expect((await ask("POST", "/api/session", { body: { name: "Long gone" } })).status).toBe(409);
    travel(2_000);
    const heir = await arrive("long gone");
    expect(heir.person.id).not.toBe(old.person.id);
    expect((await old.ask("GET", "/api/session")).status).toBe(401);
  });

  test("that only ever opens sockets keeps the name for longer than 90 days", async () => {
    const ada = await arrive("Ada listens");
    travel(60 * DAY_MS);
    await (await ada.watch()).next("directory");
    travel(60 * DAY_MS);
    expect((await ask("POST", "/api/session", { body: { name: "Ada listens" } })).status).toBe(409);
  });

  test("survives all objects losing their memory", async () => {
    const ada = await arrive("Ada survives");
    await evictDurableObject(directory());
    await evictDurableObject(shardOf(ada));
    expect(await (await ada.ask("GET", "/api/session")).json()).toEqual({ person: ada.person });
  });
});

describe("channels", () => {
  test("#general is there from the first sign-in on", async () => {
    const ada = await arrive("Ada general");
    const { channels }: { channels: Channel[] } = await (await ada.ask("GET", "/api/channels")).json();
    expect(channels.map(({ id }) => id)).toContain("general");
  });

  test("are created with their folded name, and listed to everybody", async () => {
    const ada = await arrive("Ada creates");
    const response = await ada.ask("POST", "/api/channels", {
      body: { name: "# Design  Team", topic: "how it looks " },
    });
    expect(response.status).toBe(201);
    const channel: Channel = await response.json();
    expect(channel).toMatchObject({
      id: "design-team",
      kind: "public",
      name: "design-team",
      topic: "how it looks",
      createdBy: ada.person,
      seq: 0,
      lastAt: null,
    });
    const bea = await arrive("Bea lists");
    const { channels }: { channels: Channel[] } = await (await bea.ask("GET", "/api/channels")).json();
    expect(channels.find(({ id }) => id === "design-team")).toEqual(channel);
  });

  test.each(["twice", "Twice", "#twice", " TWICE "])("%j conflicts with #twice", async (name) => {
    const ada = await arrive(`Ada ${freshName()}`);
    await ada.ask("POST", "/api/channels", { body: { name: "twice" } });
    expect(await problemOf(await ada.ask("POST", "/api/channels", { body: { name } }))).toEqual({
      status: 409,
      code: "channel_exists",
    });
  });

  test("fifty people at once create one name: one 201 and 49 409", async () => {
    const people = await Promise.all(Array.from({ length: 50 }, (_, n) => arrive(`Creator ${n}`)));
    const answers = await Promise.all(
      people.map((person) => person.ask("POST", "/api/channels", { body: { name: "one-for-all" } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
  });

  test.each([
    ["no name", {}, 400, "bad_request"],
    ["a blank name", { name: " " }, 422, "invalid_name"],
    ["a slash", { name: "a/b" }, 422, "invalid_name"],
    ["mixed scripts", { name: "gеneral" }, 422, "invalid_name"],
    ["a topic too long", { name: "long-topic", topic: "x".repeat(251) }, 422, "invalid_text"],
    ["a topic that is none", { name: "no-topic", topic: 7 }, 400, "bad_request"],
  ])("with %s are refused, and nothing is made", async (_, body, status, code) => {
    const ada = await arrive(`Ada ${freshName()}`);
    expect(await problemOf(await ada.ask("POST", "/api/channels", { body }))).toEqual({ status, code });
    const { channels }: { channels: Channel[] } = await (await ada.ask("GET", "/api/channels")).json();
    expect(channels.map(({ name }) => name)).not.toContain("name" in body ? body.name : "");
  });

  test("ten an hour a person", async () => {
    const ada = await arrive("Ada industrious");
    for (let n = 0; n < 10; n++) await ada.makeChannel(freshName());
    const response = await ada.ask("POST", "/api/channels", { body: { name: freshName() } });
    expect(await problemOf(response)).toEqual({ status: 429, code: "rate_limited" });
    const bea = await arrive("Bea may");
    await bea.makeChannel(freshName());
  });
});

describe("live", () => {
  test("the first frame is what there is: oneself, channels, who is online", async () => {
    const ada = await arrive("Ada watches");
    const bea = await arrive("Bea watches");
    await (await bea.watch()).next("directory");
    const first = await (await ada.watch()).next("directory");
    expect(first).toMatchObject({ version: 2, you: ada.person });
    expect(first.channels.map(({ id }) => id)).toContain("general");
    expect(first.people).toContainEqual({ ...bea.person, online: true });
  });

  test("a new channel is told to everybody at once", async () => {
    const ada = await arrive("Ada makes");
    const bea = await arrive("Bea sees");
    const watching = await bea.watch();
    await watching.next("directory");
    const name = freshName();
    const channel = await ada.makeChannel(name);
    expect(await watching.next("channel", (frame) => frame.channel.id === name)).toEqual({ type: "channel", channel });
  });

  test("activity in a channel reaches everybody within two seconds, also those who are not in it", async () => {
    const ada = await arrive("Ada active");
    const bea = await arrive("Bea elsewhere");
    const name = freshName();
    await ada.makeChannel(name);
    const watching = await bea.watch();
    await watching.next("directory");
    await ada.post(name, "one");
    const { seq, sentAt } = await ada.post(name, "two");
    const frame = await watching.next("activity", ({ channels }) =>
      channels.some((one) => one.id === name && one.seq === seq),
    );
    expect(frame.channels).toContainEqual({ id: name, seq, lastAt: sentAt });
    const { channels }: { channels: Channel[] } = await (await bea.ask("GET", "/api/channels")).json();
    expect(channels.find(({ id }) => id === name)).toMatchObject({ seq, lastAt: sentAt });
  });

  test("what channels report is known at once, and written together: one row a second for all of them", async () => {
    const ada = await arrive(freshName());
    const seat = await ada.watch();
    const [quiet, loud] = [await ada.makeChannel(freshName()), await ada.makeChannel(freshName())];
    const exec = await runInDurableObject(directory(), (instance, { storage }) => {
      const report = (epoch: string, seq: number) => instance.report({ epoch, seq, lastAt: 1_000 + seq, deleted: [] });
      report(quiet.epoch, 1); // told at once: what comes within the second after it is gathered
      const spy = vi.spyOn(storage.sql, "exec");
      for (let seq = 1; seq <= 20; seq++) report(loud.epoch, seq);
      report(quiet.epoch, 2);
      expect(instance.about(loud.epoch)).toMatchObject({ seq: 20, lastAt: 1_020 });
      return spy;
    });
    const written = () => exec.mock.results.reduce((sum, { value }) => sum + value.rowsWritten, 0);
    expect(written()).toBe(0);
    await seat.next("activity", ({ channels }) => channels.some(({ id }) => id === loud.id));
    expect(written()).toBe(1);
    exec.mockRestore();
    await evictDurableObject(directory());
    await evictDurableObject(shardOf(ada));
    const { channels }: { channels: Channel[] } = await (await ada.ask("GET", "/api/channels")).json();
    expect(channels.find(({ id }) => id === loud.id)).toMatchObject({ seq: 20, lastAt: 1_020 });
    expect(channels.find(({ id }) => id === quiet.id)).toMatchObject({ seq: 2, lastAt: 1_002 });
  });

  test("a channel is put into words once, for however many come, and anew when it has changed", async () => {
    const ada = await arrive(freshName());
    const channel = await ada.makeChannel(freshName());
    await (await ada.watch()).next("directory");
    const stringify = vi.spyOn(JSON, "stringify");
    onTestFinished(() => stringify.mockRestore());
    const timesEncoded = () => stringify.mock.calls.filter(([one]) => one?.epoch === channel.epoch && one.name).length;
    for (let n = 0; n < 3; n++) await (await ada.watch()).next("directory");
    expect(timesEncoded()).toBe(0);
    const watching = await ada.watch();
    await watching.next("directory");
    await ada.post(channel.id, "news");
    await watching.next("activity", ({ channels }) => channels.some(({ id }) => id === channel.id));
    stringify.mockClear();
    for (let n = 0; n < 2; n++) {
      const { channels } = await (await ada.watch()).next("directory");
      expect(channels.find(({ id }) => id === channel.id)).toMatchObject({ seq: 1 });
    }
    expect(timesEncoded()).toBe(1);
  });

  test("what a crash kept from the directory is reported by the channel's alarm", async () => {
    const ada = await arrive("Ada crashes");
    const name = freshName();
    const { epoch } = await ada.makeChannel(name);
    const report = vi.spyOn(Directory.prototype, "report").mockRejectedValue(new Error("cut off"));
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const watching = await ada.watch();
    await watching.next("directory");
    await ada.post(name, "said just before");
    await evictDurableObject(env.CHANNEL.getByName(epoch));
    report.mockRestore();
    await letTimePass(env.CHANNEL.getByName(epoch), Date.now() + 60_000);
    await watching.next("activity", ({ channels }) => channels.some(({ id, seq }) => id === name && seq === 1));
  });

  test("people who come, are renamed and go are told within a second", async () => {
    const ada = await arrive("Ada sees people");
    const watching = await ada.watch();
    await watching.next("directory");
    const bea = await arrive("Bea comes");
    const beas = await bea.watch();
    await watching.next("people", ({ people }) => people.some(({ id, online }) => id === bea.person.id && online));
    await bea.ask("POST", "/api/session", { body: { name: "Bea goes" } });
    await watching.next("people", ({ people }) => people.some(({ name, online }) => name === "Bea goes" && online));
    beas.close();
    await watching.next("people", ({ people }) => people.some(({ name, online }) => name === "Bea goes" && !online));
  });

  test("the directory takes no commands", async () => {
    const ada = await arrive("Ada commands");
    const watching = await ada.watch();
    for (let n = 0; n < 5; n++) watching.send({ type: "send", id: "7", text: "x" });
    expect(await watching.next("error")).toMatchObject({ code: "bad_frame", command: "send", id: "7" });
    expect(await watching.closing()).toBe(1008);
  });

  test("sockets live on while the objects sleep", async () => {
    const ada = await arrive("Ada sleeps");
    const watching = await ada.watch();
    await watching.next("directory");
    await evictDurableObject(directory());
    await evictDurableObject(shardOf(ada));
    const name = freshName();
    await ada.makeChannel(name);
    await watching.next("channel", (frame) => frame.channel.id === name);
  });
});

test("a rename reaches exactly the channels the person has been in, before it is answered", async () => {
  const ada = await arrive("Ada everywhere");
  const [here, there] = [freshName(), freshName()];
  await ada.makeChannel(here);
  const { epoch } = await ada.makeChannel(there);
  const seat = await ada.join(here);
  await seat.next("welcome");
  const update = vi.fn();
  await runInDurableObject(env.CHANNEL.getByName(epoch), (instance) => {
    instance.update = update;
  });
  await ada.ask("POST", "/api/session", { body: { name: "Ada renamed" } });
  seat.send({ type: "send", id: crypto.randomUUID(), text: "who am I" });
  expect((await seat.next("messages")).messages[0]?.author.name).toBe("Ada renamed");
  expect(update).not.toHaveBeenCalled();
  await ada.ask("GET", `${path(there)}/messages`);
});
