/** Programs on the product's own server: a generated client, a bot through a kill, hooks, and pushes that a device can read. */
import { spawn } from "node:child_process";
import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ece from "http_ece";
import { generate } from "openapi-typescript-codegen";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../../worker/protocol/things.ts";
import { freePort, Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

/** How long (ms) something may take that others bring about. */
const PATIENCE_MS = 20_000;

type Person = { readonly id: string; readonly cookie: string };

let site: Site;
let service: PushService;
let browser: Browser;
let ada: Person;

beforeAll(async () => {
  service = await PushService.open();
  site = new Site([`PUSH_HOSTS:${service.origin}`]);
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await signIn("Ada");
  await ask(ada, "POST", "/api/channels", { name: "alerts" });
});

afterAll(async () => {
  await browser.close();
  await site.clear();
  await service.close();
});

/** A push service on this machine: it answers as it is told, and keeps what came. */
class PushService {
  readonly #server: Server;
  readonly origin: string;
  readonly came: { readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: Buffer }[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${port}`;
  }

  static async open(): Promise<PushService> {
    const port = await freePort();
    const server = createServer();
    const own = new PushService(server, port);
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      own.came.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(201).end();
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return own;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function signIn(name: string): Promise<Person> {
  const answer = await fetch(`${site.url}/api/session`, { method: "POST", body: JSON.stringify({ name }) });
  const { person }: { person: { id: string } } = await answer.json();
  return { id: person.id, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
}

async function ask(who: Person, method: string, path: string, body?: unknown) {
  const init = { method, headers: { cookie: who.cookie }, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const answer = await fetch(site.url + path, init);
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function makeBot(name: string): Promise<{ readonly id: string; readonly key: string }> {
  const { body } = await ask(ada, "POST", "/api/bots", { name });
  return { id: body.person.id, key: body.key };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a client that a generator makes of openapi.json goes the main way", async () => {
  const { key } = await makeBot("Generated");
  const folder = mkdtempSync(join(tmpdir(), "flack-client-"));
  try {
    const input = await (await fetch(`${site.url}/openapi.json`)).json();
    await generate({ input, output: join(folder, "client"), useUnionTypes: true, httpClient: "fetch" });
    await build({
      configFile: false,
      logLevel: "error",
      build: {
        lib: { entry: join(folder, "client/index.ts"), formats: ["es"], fileName: "client" },
        outDir: join(folder, "out"),
      },
    });
    const { OpenAPI, ChannelsService, MessagesService } = await import(join(folder, "out/client.js"));
    OpenAPI.BASE = site.url;
    OpenAPI.TOKEN = key;
    const channel = await ChannelsService.postChannels({ name: "made-by-code" });
    const id = crypto.randomUUID();
    const sent = await MessagesService.postChannelsMessages(channel.id, { id, text: "first" });
    expect(sent).toMatchObject({ id, text: "first", seq: 1 });
    await MessagesService.patchChannelsMessagesMessageId(channel.id, id, { text: "second" });
    await MessagesService.postChannelsMessagesMessageIdReactions(channel.id, id, { emoji: "👍", on: true });
    const { messages } = await MessagesService.getChannelsMessages(channel.id);
    expect(messages).toEqual([
      expect.objectContaining({ text: "second", reactions: [expect.objectContaining({ emoji: "👍" })] }),
    ]);
    await expect(MessagesService.getChannelsMessages("nowhere")).rejects.toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

describe("a bot of another process", () => {
  test("holds a conversation over its socket, a stream and MCP through a kill: no gap, and nothing twice", async () => {
    const { key } = await makeBot("Steady");
    const headers = { authorization: `Bearer ${key}` };
    const bySocket: string[] = [];
    const byStream: string[] = [];
    const seen = new Set<string>();
    let cursor = "";
    let isOver = false;

    const take = (texts: string[], messages: readonly Message[] = []) => {
      for (const { id, text } of messages) {
        if (seen.has(`${texts === bySocket} ${id}`)) continue;
        seen.add(`${texts === bySocket} ${id}`);
        texts.push(text);
      }
    };
    const listen = () => {
      // Headers are what Node's sockets take, and browsers' do not.
      const address = `${site.url.replace("http", "ws")}/api/channels/alerts/socket${cursor}`;
      const socket: WebSocket = Reflect.construct(WebSocket, [address, { headers }]);
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(String(data));
        take(bySocket, frame.messages);
        const rev = Math.max(frame.head?.rev ?? 0, ...(frame.messages ?? []).map((message: Message) => message.rev));
        if (frame.epoch) cursor = `?epoch=${frame.epoch}&since=${rev}`;
        else if (rev > 0) cursor = cursor.replace(/since=\d+/, `since=${rev}`);
      };
      socket.onclose = () => void (isOver || setTimeout(listen, 300));
      return socket;
    };
    const socket = listen();
    const read = async (lastId?: string): Promise<void> => {
      let id = lastId;
      try {
        const answer = await fetch(`${site.url}/api/channels/alerts/events`, {
          headers: { ...headers, ...(id && { "last-event-id": id }) },
        });
        let rest = "";
        for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          rest += chunk;
          for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
            const event = rest.slice(0, end);
            rest = rest.slice(end + 2);
            id = /^id: (.+)$/m.exec(event)?.[1] ?? id;
            const data = /^data: (.+)$/m.exec(event)?.[1];
            if (data) take(byStream, JSON.parse(data).messages);
          }
        }
      } catch {
        // the server died
      }
      if (!isOver) setTimeout(() => void read(id), 300);
    };
    void read();

    const say = async (text: string) => {
      const params = { name: "send_message", arguments: { channel: "alerts", text } };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
      const answer = await fetch(`${site.url}/api/mcp`, { method: "POST", headers, body });
      expect(await answer.json()).toMatchObject({ result: { structuredContent: { text } } });
    };
    for (const text of ["one", "two"]) await say(text);
    await until("both readers", () => bySocket.length >= 2 && byStream.length >= 2);
    await site.kill();
    await site.start();
    for (const text of ["three", "four"]) await say(text);
    const all = ["one", "two", "three", "four"];
    await until("both readers after the kill", () => bySocket.length >= 4 && byStream.length >= 4);
    expect([bySocket, byStream]).toEqual([all, all]);
    isOver = true;
    socket.close();
    await ask(ada, "DELETE", "/api/channels/alerts");
  }, 90_000);
});

test("the bot of docs/api.md answers, as it is written there", async () => {
  const { key } = await makeBot("Ponger");
  const page = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  expect(code.trimEnd().split("\n").length).toBeLessThanOrEqual(26);
  const script = code.replace("http://localhost:8787", site.url);
  const bot = spawn(process.execPath, ["--input-type=module", "--eval", script], { env: { ...process.env, KEY: key } });
  try {
    const texts = async () => {
      const { body } = await ask(ada, "GET", "/api/channels/general/messages");
      return body.messages.map(({ text }: Message) => text);
    };
    await until("the answer", async () => {
      await ask(ada, "POST", "/api/channels/general/messages", { id: crypto.randomUUID(), text: "ping" });
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await texts()).includes("pong");
    });
  } finally {
    bot.kill("SIGINT");
    await once(bot, "exit");
  }
}, 60_000);

describe("a push", () => {
  test("is read by the device alone, signed by the site, and leads to its message", async () => {
    const bea = await signIn("Bea");
    const keys = createECDH("prime256v1");
    const p256dh = keys.generateKeys("base64url", "uncompressed");
    const auth = randomBytes(16);
    const endpoint = `${service.origin}/device-of-bea`;
    const { body: known } = await ask(bea, "GET", "/api/push");
    const subscribed = await ask(bea, "PUT", "/api/push/subscription", {
      endpoint,
      expirationTime: null,
      keys: { p256dh, auth: auth.toString("base64url") },
    });
    expect(subscribed.status).toBe(204);
    const { body: direct } = await ask(ada, "POST", "/api/directs", { person: bea.id });
    await ask(ada, "POST", `/api/channels/${encodeURIComponent(direct.id)}/messages`, {
      id: crypto.randomUUID(),
      text: `Hello <@${bea.id}>\n${"and more ".repeat(30)}`,
    });
    await until("the push", () => service.came.some(({ path }) => path === "/device-of-bea"));
    const pushed = service.came.find(({ path }) => path === "/device-of-bea");
    const plain = ece.decrypt(pushed?.body, {
      version: "aes128gcm",
      privateKey: keys,
      authSecret: auth.toString("base64url"),
    });
    const payload = JSON.parse(plain.toString("utf8"));
    expect(payload).toMatchObject({
      web_push: 8030,
      app_badge: 1,
      notification: { title: "Ada", navigate: `${site.url}/d/${ada.id}?m=1`, tag: direct.epoch },
    });
    expect(payload.notification.body.startsWith("Hello @Bea and more")).toBe(true);
    expect([...payload.notification.body]).toHaveLength(120);

    const [, token = "", key] = /^vapid t=([^,]+), k=(.+)$/.exec(pushed?.headers["authorization"] ?? "") ?? [];
    expect(key).toBe(known.key);
    const [head = "", claims = "", signature = ""] = token.split(".");
    const point = Buffer.from(key ?? "", "base64url");
    const publicKey = createPublicKey({
      format: "jwk",
      key: {
        kty: "EC",
        crv: "P-256",
        x: point.subarray(1, 33).toString("base64url"),
        y: point.subarray(33).toString("base64url"),
      },
    });
    const isSigned = verify(
      "sha256",
      Buffer.from(`${head}.${claims}`),
      { key: publicKey, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    expect(isSigned).toBe(true);
    const { aud, sub, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
    expect([aud, sub]).toEqual([service.origin.replace("http:", "https:"), site.url.replace("http:", "https:")]);
    expect(exp * 1_000).toBeLessThan(Date.now() + 24 * 3_600_000);
  }, 60_000);

  test("is shown by the service worker, which sets the badge and opens the message", async () => {
    const cem = await Someone.open(browser, "Cem", { permissions: ["notifications"] });
    await cem.join(site, "/c/general");
    await cem.page.evaluate(() => navigator.serviceWorker.ready);
    const devtools = await cem.context.newCDPSession(cem.page);
    const registered = new Promise<string>((resolve) => {
      devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
        const [first] = registrations;
        if (first) resolve(first.registrationId);
      });
    });
    await devtools.send("ServiceWorker.enable");
    const listed = await cem.context.request.get(`${site.url}/api/channels/general/messages`);
    const { epoch: tag }: { epoch: string } = await listed.json();
    // Of a message that is not read here: the page closes what is read.
    const data = JSON.stringify({
      web_push: 8030,
      notification: { title: "Ada", body: "Look", tag, data: { path: "/c/general?m=1000", seq: 1_000 } },
      app_badge: 3,
    });
    const registrationId = await registered;
    // Again until it is shown: the browser drops a message for a worker that it is still activating.
    await until("the notification", async () => {
      await devtools.send("ServiceWorker.deliverPushMessage", { origin: site.url, registrationId, data });
      return cem.page.evaluate(async (expected) => {
        const shown = await (await navigator.serviceWorker.ready).getNotifications();
        return shown.some((one) => one.title === "Ada" && one.body === "Look" && one.tag === expected);
      }, tag);
    });
    await cem.context.close();
  }, 60_000);
});

describe("in the app", () => {
  test("a hook is added, tested and deleted; a bot is made, and its key shown once", async () => {
    const dora = await Someone.open(browser, "Dora");
    await dora.join(site, "/c/general");
    await dora.page.getByRole("button", { name: "Details", exact: true }).click();
    await dora.page.getByRole("tab", { name: "Integrations" }).click();
    await dora.page.getByLabel("Name of a new hook").fill("Deploys");
    await dora.page.getByRole("button", { name: "Add hook" }).click();
    await dora.page.getByText("Try it in a terminal").click();
    const address = dora.page.getByRole("textbox", { name: "Address" });
    expect(await address.inputValue()).toContain(`${site.url}/api/hooks/`);
    expect(await dora.page.getByRole("textbox", { name: "Command" }).inputValue()).toContain(
      await address.inputValue(),
    );
    const hidden = (field: HTMLTextAreaElement) => field.scrollHeight - field.clientHeight;
    for (const name of ["Address", "Command"])
      expect(await dora.page.getByRole("textbox", { name }).evaluate(hidden), `${name} is shown whole`).toBe(0);
    await dora.page.getByRole("combobox", { name: "Format" }).selectOption("Discord");
    expect(await address.inputValue()).toMatch(/\/discord$/);
    const command = dora.page.getByRole("textbox", { name: "Command" });
    expect(await command.inputValue()).toMatch(/\{"content":"Hello"\}.*\/discord$/);
    await dora.page.getByRole("button", { name: "Send a test" }).click();
    await dora.sees("This is a test.");
    await dora.page.getByText("Sent.", { exact: true }).waitFor();
    await dora.page.getByRole("combobox", { name: "Format" }).selectOption("GitHub");
    expect(await address.inputValue()).toMatch(/\/github$/);
    await command.waitFor({ state: "detached" });
    expect(await dora.page.getByRole("button", { name: "Send a test" }).count()).toBe(0);
    await dora.page.getByRole("log").getByText("Bot", { exact: true }).first().waitFor();
    await dora.page.getByRole("button", { name: "Delete Deploys" }).click();
    await dora.page.getByRole("dialog", { name: "Delete Deploys" }).getByRole("button", { name: "Delete" }).click();
    await dora.page.getByText("No hooks yet.").waitFor();
    await dora.page.getByRole("button", { name: "Close" }).first().click();
    await dora.openSettings("Bots and keys");
    await dora.page.getByLabel("Name of a new bot").fill("Helper");
    await dora.page.getByRole("button", { name: "Create bot" }).click();
    expect(await dora.page.getByRole("textbox", { name: "Key" }).inputValue()).toMatch(/^flk_/);
    await dora.page.getByRole("button", { name: "Delete Helper" }).click();
    await dora.page.getByRole("dialog", { name: "Delete Helper" }).getByRole("button", { name: "Delete" }).click();
    await dora.page.getByRole("button", { name: "Delete Helper" }).waitFor({ state: "detached" });
    expect(dora.complaints).toEqual([]);
    await dora.context.close();
  }, 60_000);
});
