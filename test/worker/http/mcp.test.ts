/** The Model Context Protocol: what clients ask, and what the tools do. */
import { beforeEach, describe, expect, test } from "vitest";
import { TOOL_SCHEMAS } from "../../../worker/http/tool-schemas.ts";
import { toolSchemas } from "../../../worker/openapi/tool-schemas.ts";
import type { Channel, Message } from "../../../worker/protocol/things.ts";
import { arrive, ask, freshName, makeBot, path, type Somebody } from "../people.ts";

const NEWEST = "2026-07-28";
const META = "io.modelcontextprotocol/";

let ada: Somebody;
let bot: Somebody;
let channel: Channel;

beforeEach(async () => {
  const name = freshName();
  ada = await arrive(`Ada ${name}`);
  channel = await ada.makeChannel(name);
  ({ bot } = await makeBot(ada));
});

type Answer = { result?: Record<string, unknown>; error?: { code: number; message: string; data?: unknown } };

async function call(method: string, params: object = {}, headers: Record<string, string> = {}) {
  const response = await bot.ask("POST", "/api/mcp", { body: { jsonrpc: "2.0", id: 1, method, params }, headers });
  const text = await response.text();
  const answer: Answer = text === "" ? {} : JSON.parse(text);
  return { status: response.status, ...answer };
}

/** As a client of the newest revision asks. */
function modern(method: string, params: Record<string, unknown> = {}, more: Record<string, string> = {}) {
  const _meta = { [`${META}protocolVersion`]: NEWEST, [`${META}clientCapabilities`]: {} };
  const name = typeof params["name"] === "string" ? { "Mcp-Name": params["name"] } : {};
  return call(method, { ...params, _meta }, { "MCP-Protocol-Version": NEWEST, "Mcp-Method": method, ...name, ...more });
}

async function tool(name: string, given: object): Promise<{ isError?: boolean; body: Record<string, unknown> }> {
  const { result } = await modern("tools/call", { name, arguments: given });
  const { isError, structuredContent, content }: Record<string, unknown> = result ?? {};
  expect(content).toHaveLength(1);
  return {
    ...(isError === true && { isError: true }),
    body: Object.fromEntries(Object.entries(structuredContent ?? {})),
  };
}

test("the schemas that clients see are those of the arguments", () => {
  expect(TOOL_SCHEMAS).toEqual(toolSchemas());
});

describe("a client", () => {
  test("of the newest revision discovers, lists and calls without a handshake", async () => {
    const { status, result } = await modern("server/discover");
    expect(status).toBe(200);
    expect(result).toMatchObject({ resultType: "complete", supportedVersions: [NEWEST, "2025-11-25", "2025-06-18"] });
    const { result: list } = await modern("tools/list");
    expect(list).toMatchObject({ resultType: "complete", cacheScope: "public" });
    expect(list?.["tools"]).toHaveLength(7);
  });

  test.each(["2025-11-25", "2025-06-18"])("of %s begins with a handshake", async (version) => {
    const started = await call("initialize", {
      protocolVersion: version,
      capabilities: {},
      clientInfo: { name: "x", version: "1" },
    });
    expect(started.result).toMatchObject({
      protocolVersion: version,
      capabilities: { tools: {} },
      serverInfo: { name: "flack" },
    });
    const told = await bot.ask("POST", "/api/mcp", { body: { jsonrpc: "2.0", method: "notifications/initialized" } });
    expect(told.status).toBe(202);
    const { result } = await call("tools/list", {}, { "MCP-Protocol-Version": version });
    expect(Object.keys(result ?? {})).toEqual(["tools"]);
    expect((await call("ping")).result).toEqual({});
  });

  test("of an unknown one is told which there are", async () => {
    const { status, error } = await call("tools/list", {}, { "MCP-Protocol-Version": "2024-11-05" });
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: -32022, data: { requested: "2024-11-05" } });
    const { result } = await call("initialize", { protocolVersion: "1999-01-01" });
    expect(result).toMatchObject({ protocolVersion: "2025-11-25" });
  });

  test.each([
    ["another version", { "MCP-Protocol-Version": "2025-11-25" }],
    ["another method", { "Mcp-Method": "tools/list" }],
    ["another tool", { "Mcp-Name": "react" }],
  ])("whose headers name %s is refused", async (_, headers) => {
    const { status, error } = await modern("tools/call", { name: "list_channels" }, headers);
    expect([status, error?.code]).toEqual([400, -32020]);
  });
});

describe("what is refused", () => {
  test.each([
    ["no JSON", "{", 400, -32700],
    ["a batch", "[]", 400, -32600],
    ["no method", { jsonrpc: "2.0", id: 1 }, 400, -32600],
    ["null as id", { jsonrpc: "2.0", id: null, method: "ping" }, 400, -32600],
  ])("%s", async (_, body, status, code) => {
    const response = await bot.ask("POST", "/api/mcp", { body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test("an unknown method and an unknown tool", async () => {
    expect(await modern("resources/list")).toMatchObject({ status: 404, error: { code: -32601 } });
    expect(await modern("tools/call", { name: "sudo" })).toMatchObject({ status: 400, error: { code: -32602 } });
  });

  test("no key, or a cookie instead of it", async () => {
    const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    expect((await ask("POST", "/api/mcp", { body })).status).toBe(401);
    expect((await ada.ask("POST", "/api/mcp", { body })).status).toBe(401);
    expect((await bot.ask("GET", "/api/mcp")).status).toBe(405);
  });

  test.each([
    ["read_messages", {}, "bad_request"],
    ["read_messages", { channel: "general", limit: 0 }, "bad_request"],
    ["send_message", { channel: 7, text: "x" }, "bad_request"],
    ["list_channels", { channel: "general" }, "bad_request"],
    ["send_message", { channel: "nowhere", text: "x" }, "not_found"],
    ["list_members", { channel: "general" }, "not_found"],
    ["react", { channel: "general", message: crypto.randomUUID(), emoji: "no" }, "not_found"],
  ])("by the tool %s with %j: %s", async (name, given, code) => {
    expect(await tool(name, given)).toMatchObject({ isError: true, body: { code } });
  });
});

test("a bot holds a conversation by its tools", async () => {
  const question = await ada.post(channel.id, "What is the state?");
  const { body: listed } = await tool("list_channels", {});
  expect(listed["channels"]).toContainEqual(expect.objectContaining({ id: channel.id }));
  const { body: read } = await tool("read_messages", { channel: channel.id, limit: 1 });
  expect(read["messages"]).toEqual([expect.objectContaining({ id: question.id })]);
  const { body: answered } = await tool("reply", { channel: channel.id, message: question.id, text: "All green" });
  await tool("react", { channel: channel.id, message: question.id, emoji: "👍" });
  await tool("send_message", { channel: channel.id, text: "Deploying" });
  const { messages }: { messages: Message[] } = await (await ada.ask("GET", `${path(channel.id)}/messages`)).json();
  expect(messages.map(({ text, replyTo, reactions }) => [text, replyTo, reactions?.[0]?.emoji])).toEqual([
    ["What is the state?", undefined, "👍"],
    ["All green", question.id, undefined],
    ["Deploying", undefined, undefined],
  ]);
  expect(answered["author"]).toEqual(bot.person);
  const { body: found } = await tool("search_people", { query: ada.person.name });
  expect(found["people"]).toEqual([expect.objectContaining({ id: ada.person.id })]);
  const made = await ada.ask("POST", "/api/channels", {
    body: { name: freshName(), private: true, members: [bot.person.id] },
  });
  const { id }: Channel = await made.json();
  const { body: members } = await tool("list_members", { channel: id });
  expect(members["members"]).toHaveLength(2);
});
