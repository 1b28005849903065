/** Files: what is taken in, how it is served, and that it lives exactly as long as its message; followed to the bucket. */
import { createExecutionContext, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import worker from "../../../worker/index.ts";
import type { Attachment, Channel, Message } from "../../../worker/protocol/things.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, path, problemOf, type Somebody, twoInAChannel, welcomed } from "../people.ts";

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function travel(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
}

function bucket(): R2Bucket {
  if (!env.FILES) throw new Error("no bucket");
  return env.FILES;
}

async function keys(epoch = channel.epoch): Promise<string[]> {
  return (await bucket().list({ prefix: `v2/${epoch}/` })).objects.map(({ key }) => key.split("/")[2] ?? "");
}

/** What the front door forwards of Ada, as if it were checked at every moment. */
function authOfAda() {
  return {
    person: ada.person,
    session: "a-session",
    version: 0,
    checkedAt: Number.POSITIVE_INFINITY,
    isOwner: false,
    shards: 1,
    channel,
  };
}

function object(epoch = channel.epoch) {
  return env.CHANNEL.getByName(epoch);
}

type Upload = { query?: string; headers?: Record<string, string>; where?: string; env?: Partial<Env> };

/** Sends bytes as they are: a stream has no length, an array has one only if the headers say so. */
function upload(
  who: Somebody,
  body: BodyInit | null,
  { query = "name=a.png", headers = {}, where = channel.id, env: other = {} }: Upload = {},
): Promise<Response> {
  const init: RequestInit = { method: "POST", headers: { ...headers, Cookie: who.cookie } };
  if (body !== null) init.body = body;
  const request = new Request(`https://flack.test${path(where)}/attachments?${query}`, init);
  return Promise.resolve(worker.fetch(request, { ...env, ...other }, createExecutionContext()));
}

async function uploaded(who: Somebody, bytes: Uint8Array = PNG, more: Upload = {}): Promise<Attachment> {
  const headers = { "Content-Length": String(bytes.byteLength) };
  const response = await upload(who, bytes, { headers, ...more });
  if (response.status !== 201) throw new Error(`not uploaded: ${response.status} ${await response.text()}`);
  return response.json();
}

async function sent(who: Somebody, attachments: readonly string[], text = ""): Promise<Message> {
  const body = { id: crypto.randomUUID(), text, attachments };
  const response = await who.ask("POST", `${path(channel.id)}/messages`, { body });
  if (response.status !== 201) throw new Error(`not sent: ${await response.text()}`);
  return response.json();
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await holds(), what).toBe(true), { timeout: 5_000, interval: 20 });
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function padded(head: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  whole.set(head);
  return whole;
}

/** A stream in pieces of 64 KiB, whose length nobody knows beforehand. */
function streamed(whole: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= whole.byteLength) return controller.close();
      controller.enqueue(whole.slice(offset, offset + 64 * 1024));
      offset += 64 * 1024;
    },
  });
}

/** One pixel. */
const PNG = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
  (character) => character.charCodeAt(0),
);

describe("uploading", () => {
  test("answers with what the file is, and puts its bytes under the channel's epoch", async () => {
    const file = await uploaded(ada, PNG, { query: "name=Harbour%20%F0%9F%8C%8A.png&width=640&height=480" });
    expect(file).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      name: "Harbour 🌊.png",
      type: "image/png",
      size: PNG.byteLength,
      url: `${path(channel.id)}/attachments/${file.id}`,
      width: 640,
      height: 480,
    });
    const stored = await bucket().get(`v2/${channel.epoch}/${file.id}`);
    expect(new Uint8Array((await stored?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(PNG);
  });

  const ftyp = (brand: string) => bytes(`\0\0\0\x18ftyp${brand}\0\0\0\0${brand}mif1`);
  test.each([
    ["PNG", PNG, "image/png"],
    ["JPEG", bytes("\xff\xd8\xff\xe0\0\x10JFIF\0"), "image/jpeg"],
    ["GIF", bytes("GIF89a\x01\0\x01\0"), "image/gif"],
    ["WebP", bytes("RIFF\x1a\0\0\0WEBPVP8 "), "image/webp"],
    ["AVIF", ftyp("avif"), "image/avif"],
    ["MP4", ftyp("isom"), "video/mp4"],
    ["M4V", ftyp("M4V "), "video/mp4"],
    ["MP3", bytes("\xff\xfb\x90\x64"), "audio/mpeg"],
    ["Ogg", bytes("OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead"), "audio/ogg"],
    ["WebM", bytes("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"), "video/webm"],
    ["SVG", bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), null],
    ["HTML", bytes("<!doctype html><script>alert(1)</script>"), null],
    ["XML", bytes('<?xml version="1.0"?><x/>'), null],
    ["PDF", bytes("%PDF-1.7\n"), null],
    ["a program", bytes("MZ\x90\0\x03\0\0\0"), null],
    ["plain text", bytes("hello"), null],
  ])("%s is told by its bytes, whatever it is called", async (_, head, type) => {
    const file = await uploaded(ada, padded(head, 256), {
      query: "name=x.png",
      headers: { "Content-Type": "image/png" },
    });
    expect(file.type).toBe(type ?? "application/octet-stream");
  });

  test("of exactly 10 MiB is taken, with its length said and without; a byte more is not, and leaves nothing", async () => {
    const whole = padded(PNG, 10 * MIB);
    expect((await uploaded(ada, whole)).size).toBe(10 * MIB);
    expect((await upload(ada, streamed(whole))).status).toBe(201);
    const before = await keys();
    const more = padded(PNG, 10 * MIB + 1);
    const tooLarge = { status: 413, code: "too_large" };
    expect(await problemOf(await upload(ada, streamed(more)))).toEqual(tooLarge);
    const headers = { "Content-Length": String(more.byteLength) };
    expect(await problemOf(await upload(ada, more, { headers }))).toEqual(tooLarge);
    await eventually("nothing but what was taken is kept", async () => (await keys()).length === before.length);
  });

  test.each([
    ["less than it has", 10, 400, "bad_request"],
    ["more than it has", PNG.byteLength + 10, 400, "bad_request"],
  ])("that says it has %s is refused, and leaves nothing", async (_, length, status, code) => {
    const headers = { "Content-Length": String(length) };
    expect((await upload(ada, streamed(PNG), { headers: { "Content-Length": String(PNG.byteLength) } })).status).toBe(
      201,
    );
    const answer = await upload(ada, streamed(PNG), { headers });
    expect(await problemOf(answer)).toEqual({ status, code });
    await eventually("one file is kept", async () => (await keys()).length === 1);
  });

  test("that says it is short and is too large is still counted", async () => {
    const headers = { "Content-Length": "100" };
    const answer = await problemOf(await upload(ada, streamed(padded(PNG, 11 * MIB)), { headers }));
    expect([400, 413]).toContain(answer.status);
    expect(await keys()).toEqual([]);
  });

  test.each([
    ["no body", null],
    ["an empty body", new Uint8Array()],
  ])("of %s is empty_file, and leaves nothing", async (_, body) => {
    expect(await problemOf(await upload(ada, body))).toEqual({ status: 422, code: "empty_file" });
    const headers = { "Content-Length": "0" };
    expect(await problemOf(await upload(ada, body, { headers }))).toEqual({ status: 422, code: "empty_file" });
    expect(await keys()).toEqual([]);
  });

  test.each([
    ["a path", "../../etc/passwd", "passwd"],
    ["a path of Windows", "C:\\Users\\ada\\tax.pdf", "tax.pdf"],
    ["a name that turns around", "cod\u202egnp.exe", "codgnp.exe"],
    ["line breaks", "a\r\nSet-Cookie: x=y", "aSet-Cookie: x=y"],
    ["dots alone", "..", "file"],
    ["nothing", "", "file"],
    ["blanks", "  \u0000 ", "file"],
    ["a long name", `${"x".repeat(300)}.jpeg`, `${"x".repeat(115)}.jpeg`],
    ["another script", "报告 (最终).pdf", "报告 (最终).pdf"],
  ])("with %s as a name keeps what can be used of it", async (_, name, kept) => {
    expect((await uploaded(ada, PNG, { query: `name=${encodeURIComponent(name)}` })).name).toBe(kept);
  });

  test.each(["width=0&height=5", "width=-1&height=5", "width=a&height=5", "width=5", "width=1e3&height=1", ""])(
    "ignores a size that is none: %s",
    async (query) => {
      const file = await uploaded(ada, PNG, { query });
      expect(file).not.toHaveProperty("width");
      expect(file).not.toHaveProperty("height");
      expect(file.name).toBe("file");
    },
  );

  test("is off where there is no bucket: the site says so, and nothing is kept", async () => {
    const answer = await upload(ada, PNG, { env: { FILES: undefined } as never });
    expect(await problemOf(answer)).toEqual({ status: 503, code: "files_off" });
    const site = await worker.fetch(new Request("https://flack.test/api/site"), { ...env, FILES: undefined } as never);
    expect(await site.json()).toMatchObject({ files: false });
    expect(await (await worker.fetch(new Request("https://flack.test/api/site"), env)).json()).toMatchObject({
      files: true,
    });
  });

  test("is possible twenty times at once, and again three seconds later", async () => {
    for (let n = 0; n < 20; n++) await uploaded(ada);
    const answer = await upload(ada, PNG);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await problemOf(answer)).toEqual({ status: 429, code: "rate_limited" });
    await uploaded(bea);
    travel(3_100);
    await uploaded(ada);
  });

  test("ends at 200 MiB that wait, in all channels; what is sent or an hour old counts no more", async () => {
    const shard = env.PEOPLE.getByName(String(Number.parseInt(ada.person.id, 36)));
    const large = await uploaded(ada, padded(PNG, 9 * MIB));
    await runInDurableObject(shard, (_, { storage }) => {
      for (let n = 0; n < 19; n++) {
        const id = `elsewhere-${n}`;
        storage.sql.exec("INSERT INTO uploads VALUES (?, ?, ?, ?)", ada.person.id, id, 10 * MIB, Date.now());
      }
    });
    expect(await problemOf(await upload(ada, streamed(padded(PNG, 2 * MIB))))).toEqual({
      status: 429,
      code: "rate_limited",
    });
    await eventually("the refused one is gone", async () => (await keys()).length === 1);
    await sent(ada, [large.id]);
    await eventually(
      "there is room again",
      async () => (await upload(ada, streamed(padded(PNG, 2 * MIB)))).status === 201,
    );
    expect(await problemOf(await upload(ada, streamed(padded(PNG, 9 * MIB))))).toMatchObject({ status: 429 });
    travel(61 * MINUTE_MS);
    await uploaded(ada, padded(PNG, 9 * MIB));
  });
});

describe("taking files with a message", () => {
  test("binds them, in order, with a text or without; everybody gets them with the message", async () => {
    const [one, two] = [await uploaded(ada), await uploaded(ada, PNG, { query: "name=two.png" })];
    const beas = await bea.join(channel.id);
    const message = await sent(ada, [two.id, one.id]);
    expect(message).toMatchObject({ text: "", attachments: [two, one] });
    expect((await beas.next("messages")).messages).toEqual([message]);
    await evictDurableObject(object());
    expect((await welcomed(await bea.join(channel.id))).messages).toEqual([message]);
  });

  test("sent twice takes them once", async () => {
    const file = await uploaded(ada);
    const body = { id: crypto.randomUUID(), text: "once", attachments: [file.id] };
    const first = await ada.ask("POST", `${path(channel.id)}/messages`, { body });
    const second = await ada.ask("POST", `${path(channel.id)}/messages`, { body });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(await second.json()).toEqual(await first.json());
  });

  async function refusedWith(who: Somebody, attachments: readonly unknown[], where = channel.id) {
    const body = { id: crypto.randomUUID(), text: "with files", attachments };
    return problemOf(await who.ask("POST", `${path(where)}/messages`, { body }));
  }

  test("is refused for what is unknown, used, another's, from another channel, twice the same, or too many", async () => {
    const invalid = { status: 422, code: "invalid_attachment" };
    const used = await uploaded(ada);
    await sent(ada, [used.id]);
    const theirs = await uploaded(bea);
    const other = await ada.makeChannel(`${channel.id}-other`);
    const elsewhere = await uploaded(ada, PNG, { where: other.id });
    const own = await uploaded(ada);
    expect(await refusedWith(ada, ["x".repeat(22)])).toEqual(invalid);
    expect(await refusedWith(ada, [used.id])).toEqual(invalid);
    expect(await refusedWith(ada, [theirs.id])).toEqual(invalid);
    expect(await refusedWith(ada, [elsewhere.id])).toEqual(invalid);
    expect(await refusedWith(ada, [own.id, own.id])).toEqual(invalid);
    expect(await refusedWith(ada, [own.id, theirs.id])).toEqual(invalid);
    expect(await refusedWith(ada, [own.id, 7])).toEqual({ status: 400, code: "bad_request" });
    const eleven = await Promise.all(Array.from({ length: 11 }, () => uploaded(ada)));
    expect(
      await refusedWith(
        ada,
        eleven.map(({ id }) => id),
      ),
    ).toEqual(invalid);
    await sent(
      ada,
      eleven.slice(1).map(({ id }) => id),
    );
    await sent(ada, [own.id]);
    await sent(bea, [theirs.id]);
  });

  test("a text of nothing is one only with files, and cannot lose its last word without them", async () => {
    const file = await uploaded(ada);
    const { id } = await sent(ada, [file.id], "a word");
    const edited = await ada.ask("PATCH", `${path(channel.id)}/messages/${id}`, { body: { text: "" } });
    expect(await edited.json()).toMatchObject({ text: "", attachments: [file] });
    const plain = await ada.post(channel.id, "a word");
    const answer = await ada.ask("PATCH", `${path(channel.id)}/messages/${plain.id}`, { body: { text: "" } });
    expect(await problemOf(answer)).toMatchObject({ code: "invalid_text" });
  });

  test("costs one row for each file beside the message's own", async () => {
    const [one, two] = [await uploaded(ada), await uploaded(ada)];
    await ada.post(channel.id, "the tables are there");
    const auth = authOfAda();
    const written = await runInDurableObject(object(), async (instance, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec");
      const command = { type: "send", id: crypto.randomUUID(), text: "", attachments: [one.id, two.id] } as const;
      expect((await instance.command(auth, command)).kind).toBe("done");
      const count = exec.mock.results.reduce((sum, { value }) => sum + value.rowsWritten, 0);
      exec.mockRestore();
      return count;
    });
    expect(written).toBe(3);
  });
});

describe("serving", () => {
  async function get(who: Somebody, { url }: Attachment, headers: Record<string, string> = {}, method = "GET") {
    const response = await who.ask(method, url, { headers });
    return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
  }

  test("a picture is shown inline, under headers that let it do nothing", async () => {
    const file = await uploaded(ada, PNG, { query: "name=naïve%20“x”.png" });
    await sent(ada, [file.id]);
    const { status, headers, body } = await get(bea, file);
    expect(status).toBe(200);
    expect(body).toEqual(PNG);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": String(PNG.byteLength),
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "private, no-cache",
      "accept-ranges": "bytes",
    });
    expect(headers.get("Content-Disposition")).toMatch(/^inline; filename=".*"; filename\*=UTF-8''na%C3%AFve/);
  });

  test.each([
    ["an SVG", bytes("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), "x.svg"],
    ["a page", bytes("<!doctype html><script>alert(1)</script>"), "x.html"],
    ["a PDF", bytes("%PDF-1.7"), "x.pdf"],
  ])("%s is a download of unknown bytes", async (_, content, name) => {
    const file = await uploaded(ada, content, { query: `name=${name}` });
    await sent(ada, [file.id]);
    const { headers } = await get(bea, file);
    expect(headers.get("Content-Type")).toBe("application/octet-stream");
    expect(headers.get("Content-Disposition")).toBe(`attachment; filename=${name}`);
  });

  test("ranges, of the beginning, the middle and the end", async () => {
    const content = bytes("0123456789");
    const file = await uploaded(ada, content);
    await sent(ada, [file.id]);
    for (const [range, part, text] of [
      ["bytes=0-3", "0-3", "0123"],
      ["bytes=4-", "4-9", "456789"],
      ["bytes=-2", "8-9", "89"],
      ["bytes=8-99", "8-9", "89"],
    ] as const) {
      const answer = await get(bea, file, { Range: range });
      expect(answer.status).toBe(206);
      expect(answer.headers.get("Content-Range")).toBe(`bytes ${part}/10`);
      expect(answer.headers.get("Content-Length")).toBe(String(text.length));
      expect(new TextDecoder().decode(answer.body)).toBe(text);
    }
    for (const range of ["bytes=0-1,3-4", "lines=1-2", "bytes=x", "bytes=5-2"]) {
      expect((await get(bea, file, { Range: range })).body).toEqual(content);
    }
  });

  test.each(["bytes=10-", "bytes=99-100", "bytes=-0"])("%s of ten bytes is not satisfiable", async (range) => {
    const file = await uploaded(ada, bytes("0123456789"));
    await sent(ada, [file.id]);
    const answer = await ada.ask("GET", file.url, { headers: { Range: range } });
    expect(answer.headers.get("Content-Range")).toBe("bytes */10");
    expect(await problemOf(answer)).toEqual({ status: 416, code: "range_not_satisfiable" });
  });

  test("conditions: 304 for whoever has it, the whole for a range of another state", async () => {
    const file = await uploaded(ada, bytes("0123456789"));
    await sent(ada, [file.id]);
    const tag = (await get(bea, file)).headers.get("ETag") ?? "";
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const answer = await get(bea, file, { "If-None-Match": known });
      expect(answer.status).toBe(304);
      expect(answer.headers.get("ETag")).toBe(tag);
    }
    expect((await get(bea, file, { "If-None-Match": '"other"' })).status).toBe(200);
    expect((await get(bea, file, { Range: "bytes=0-3", "If-Range": tag })).status).toBe(206);
    expect((await get(bea, file, { Range: "bytes=0-3", "If-Range": '"other"' })).status).toBe(200);
  });

  test("HEAD says the same without the bytes", async () => {
    const file = await uploaded(ada);
    await sent(ada, [file.id]);
    const head = await get(bea, file, {}, "HEAD");
    const whole = await get(bea, file);
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ["Content-Type", "Content-Length", "ETag", "Content-Disposition"]) {
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
    const ranged = await get(bea, file, { Range: "bytes=0-3" }, "HEAD");
    expect(ranged.status).toBe(200);
    expect(ranged.headers.get("Content-Length")).toBe(whole.headers.get("Content-Length"));
  });

  test("before a message took it, its uploader alone may read it", async () => {
    const file = await uploaded(ada);
    expect((await get(ada, file)).status).toBe(200);
    expect((await get(bea, file)).status).toBe(404);
    await sent(ada, [file.id]);
    expect((await get(bea, file)).status).toBe(200);
  });

  test("a file of two people is to a third what an unknown one is, and from another channel it is not there", async () => {
    const direct: Channel = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
    const file = await uploaded(ada, PNG, { where: direct.id });
    const body = { id: crypto.randomUUID(), text: "", attachments: [file.id] };
    expect((await ada.ask("POST", `${path(direct.id)}/messages`, { body })).status).toBe(201);
    expect((await get(bea, file)).status).toBe(200);
    const cem = await arrive(`Cem ${channel.id}`);
    expect((await get(cem, file)).status).toBe(404);
    expect((await cem.ask("GET", `${path(channel.id)}/attachments/${file.id}`)).status).toBe(404);
    expect(await problemOf(await upload(cem, PNG, { where: direct.id }))).toEqual({ status: 404, code: "not_found" });
  });
});

describe("a file lives as long as its message", () => {
  async function isGone({ id, url }: Attachment): Promise<void> {
    const answer = await ada.ask("GET", url, { headers: { "If-None-Match": "*" } });
    expect(await problemOf(answer)).toEqual({ status: 404, code: "not_found" });
    await eventually("the bytes have left the bucket", async () => !(await keys()).includes(id));
  }

  test("deleted with it: 404 at once, and the bytes are gone", async () => {
    const file = await uploaded(ada);
    const { id } = await sent(ada, [file.id]);
    expect(await keys()).toEqual([file.id]);
    expect((await ada.ask("DELETE", `${path(channel.id)}/messages/${id}`)).status).toBe(204);
    await isGone(file);
    await eventually("no row is left", async () => (await rows()) === 0);
  });

  test("out of the window with it", async () => {
    const file = await uploaded(ada);
    await sent(ada, [file.id]);
    for (let n = 0; n < 10; n++) {
      const speaker = await arrive(`No ${n} ${channel.id}`);
      for (let m = 0; m < 10; m++) {
        if (n === 9 && m === 9) expect((await ada.ask("GET", file.url)).status).toBe(200);
        await speaker.post(channel.id, "more");
      }
    }
    await isGone(file);
  });

  test("an edit and a reaction leave it where it is", async () => {
    const file = await uploaded(ada);
    const { id } = await sent(ada, [file.id], "a");
    await ada.ask("PATCH", `${path(channel.id)}/messages/${id}`, { body: { text: "b" } });
    await bea.ask("POST", `${path(channel.id)}/messages/${id}/reactions`, { body: { emoji: "👍", on: true } });
    expect((await bea.ask("GET", file.url)).status).toBe(200);
  });

  test("when the process dies between word and deed the alarm finishes, and doing it twice does no harm", async () => {
    const file = await uploaded(ada);
    const { id } = await sent(ada, [file.id]);
    await runInDurableObject(object(), (instance) => {
      vi.spyOn(Reflect.get(instance, "env").FILES, "delete").mockRejectedValueOnce(new Error("cut off"));
    });
    await ada.ask("DELETE", `${path(channel.id)}/messages/${id}`);
    expect((await ada.ask("GET", file.url)).status).toBe(404);
    await runInDurableObject(object(), async (_, { storage }) => {
      const at = await storage.getAlarm();
      expect((at ?? Number.POSITIVE_INFINITY) - Date.now()).toBeLessThanOrEqual(10_000);
    });
    expect(await keys()).toEqual([file.id]);
    await evictDurableObject(object());
    await letTimePass(object(), Date.now() + 10_000);
    expect(await keys()).toEqual([]);
    await runInDurableObject(object(), (instance) => instance.alarm());
    expect(await rows()).toBe(0);
  });

  test("what nobody took is swept after an hour, also in an object that slept; what was taken stays", async () => {
    const [taken, left] = [await uploaded(ada), await uploaded(ada)];
    await sent(ada, [taken.id]);
    await evictDurableObject(object());
    travel(59 * MINUTE_MS);
    await runInDurableObject(object(), (instance) => instance.alarm());
    expect((await keys()).sort()).toEqual([taken.id, left.id].sort());
    travel(2 * MINUTE_MS);
    await runInDurableObject(object(), (instance) => instance.alarm());
    expect(await keys()).toEqual([taken.id]);
    const body = { id: crypto.randomUUID(), text: "late", attachments: [left.id] };
    const answer = await ada.ask("POST", `${path(channel.id)}/messages`, { body });
    expect(await problemOf(answer)).toEqual({ status: 422, code: "invalid_attachment" });
  });

  test("the alarm is set for the hour when an upload begins, and there is none when nothing waits", async () => {
    const alarm = () => runInDurableObject(object(), (_, { storage }) => storage.getAlarm());
    expect(await alarm()).toBeNull();
    const file = await uploaded(ada);
    expect(((await alarm()) ?? 0) - Date.now()).toBeGreaterThan(59 * MINUTE_MS);
    const { id } = await sent(ada, [file.id]);
    await ada.ask("DELETE", `${path(channel.id)}/messages/${id}`);
    await letTimePass(object());
    expect(await alarm()).toBeNull();
  });

  test("deleted with its channel, with what was still coming in", async () => {
    const file = await uploaded(ada);
    await sent(ada, [file.id]);
    await uploaded(ada);
    const auth = authOfAda();
    const late = "late-upload-0123456789";
    expect((await object().beginUpload(auth, late)).kind).toBe("done");
    expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
    expect(await keys()).toEqual([]);
    await bucket().put(`v2/${channel.epoch}/${late}`, "bytes that came after the end");
    const facts = { name: "x", type: "x", size: 1 };
    expect(await object().completeUpload(auth, late, facts)).toEqual({ kind: "gone" });
    expect(await object().beginUpload(auth, "another")).toEqual({ kind: "gone" });
    await letTimePass(object());
    expect(await keys()).toEqual([]);
  });

  test("an upload that breaks off leaves nothing", async () => {
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(PNG);
        controller.error(new Error("the network went away"));
      },
    });
    expect(await problemOf(await upload(ada, broken))).toEqual({ status: 400, code: "bad_request" });
    await eventually("no row is left", async () => (await rows()) === 0);
    expect(await keys()).toEqual([]);
  });

  function rows(): Promise<number> {
    return runInDurableObject(
      object(),
      (_, { storage }) => storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM uploads").one().n,
    );
  }
});
