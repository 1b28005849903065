/**
 * The Model Context Protocol over HTTP, without sessions: each request is answered by itself, and each tool asks the route that a program
 * would ask. Revision 2026-07-28 and the two before it, which begin with a handshake that changes nothing here.
 * Source: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import * as v from "valibot";
import type { WindowAnswer } from "../protocol/answers.ts";
import { TOOLS, type ToolName } from "../protocol/tools.ts";
import { parseJsonObject } from "../protocol/wire.ts";
import { type App, only, reject } from "./context.ts";
import { hasBotKey } from "./credentials.ts";
import { VERSION } from "./moderation.ts";
import { siteName } from "./page.ts";
import { readRaw } from "./request-body.ts";
import { TOOL_SCHEMAS } from "./tool-schemas.ts";

/** Newest first. */
const VERSIONS = ["2026-07-28", "2025-11-25", "2025-06-18"];
/** From this one on each request says its version and repeats itself in headers, and there is no handshake. */
const STATELESS = "2026-07-28";
const META = "io.modelcontextprotocol/";
/** Clients may keep the list of tools so long (ms). */
const TOOLS_TTL_MS = 3_600_000;

/** JSON-RPC's codes, and MCP's own. */
const ERROR = { parse: -32_700, request: -32_600, method: -32_601, params: -32_602, header: -32_020, version: -32_022 };

type Fields = Readonly<Record<string, unknown>>;
type Arguments<T extends ToolName> = v.InferOutput<(typeof TOOLS)[T]["input"]>;
/** What a route answered: its status and its body. */
type Asked = { readonly ok: boolean; readonly body: Fields };

export function addMcpRoutes(app: Hono<App>): void {
  app
    .post("/api/mcp", async (c) => {
      if (!hasBotKey(c)) reject("unauthorized", "Send a bot's key: Authorization: Bearer flk_…");
      const text = await readRaw(c);
      const request = parseJsonObject(text);
      if (!request)
        return isJson(text)
          ? failed(null, ERROR.request, "One request at a time.")
          : failed(null, ERROR.parse, "No JSON.");
      const { id, method } = request;
      if (typeof method !== "string") return failed(null, ERROR.request, "This is no request.");
      if (id === undefined) return new Response(null, { status: 202 }); // a notification
      if (typeof id !== "string" && typeof id !== "number")
        return failed(null, ERROR.request, "An id is a string or a number.");
      return answer(app, c, { id, method, params: fieldsOf(request["params"]) });
    })
    .all(only("POST"));
}

type Call = { readonly id: string | number; readonly method: string; readonly params: Fields };

async function answer(app: Hono<App>, c: Context<App>, call: Call): Promise<Response> {
  const { id, method, params } = call;
  const version = versionOf(c, call);
  if (!VERSIONS.includes(version)) {
    return failed(id, ERROR.version, "This version is not spoken here.", 400, {
      supported: VERSIONS,
      requested: version,
    });
  }
  const isStateless = version === STATELESS;
  const mismatch = isStateless ? headerMismatch(c, call, version) : undefined;
  if (mismatch !== undefined) return failed(id, ERROR.header, mismatch);
  const serverInfo = { name: "flack", title: siteName(c.env), version: VERSION };
  const done = (result: Fields): Response => {
    const own = isStateless ? { resultType: "complete", _meta: { [`${META}serverInfo`]: serverInfo } } : {};
    return Response.json({ jsonrpc: "2.0", id, result: { ...result, ...own } });
  };
  switch (method) {
    case "server/discover":
      return done({
        supportedVersions: VERSIONS,
        capabilities: { tools: {} },
        ttlMs: TOOLS_TTL_MS,
        cacheScope: "public",
      });
    case "initialize":
      return done({
        protocolVersion: version === STATELESS ? VERSIONS[1] : version,
        capabilities: { tools: {} },
        serverInfo,
      });
    case "ping":
      return done({});
    case "tools/list":
      return done({ tools: listed(), ...(isStateless && { ttlMs: TOOLS_TTL_MS, cacheScope: "public" }) });
    case "tools/call": {
      const name = params["name"];
      if (typeof name !== "string" || !isTool(name))
        return failed(id, ERROR.params, "There is no such tool.", isStateless ? 400 : 200);
      return done(await called(app, c, name, params["arguments"] ?? {}));
    }
    default:
      return failed(id, ERROR.method, "There is no such method.", isStateless ? 404 : 200);
  }
}

/** By the request itself, then its header. One that says neither is of before there was a header. */
function versionOf(c: Context<App>, { method, params }: Call): string {
  const own = fieldsOf(params["_meta"])[`${META}protocolVersion`];
  if (typeof own === "string") return own;
  const asked = method === "initialize" ? params["protocolVersion"] : c.req.header("MCP-Protocol-Version");
  if (method === "initialize")
    return typeof asked === "string" && VERSIONS.includes(asked) ? asked : (VERSIONS[1] ?? "");
  return typeof asked === "string" ? asked : (VERSIONS.at(-1) ?? "");
}

/** Why the headers do not say what the body says, if so. */
function headerMismatch(c: Context<App>, { method, params }: Call, version: string): string | undefined {
  if (fieldsOf(params["_meta"])[`${META}protocolVersion`] !== version)
    return "The request's _meta has no protocol version.";
  if (c.req.header("MCP-Protocol-Version") !== version)
    return "The header MCP-Protocol-Version is missing or doesn't match.";
  if (c.req.header("Mcp-Method") !== method) return "The header Mcp-Method is missing or doesn't match.";
  if (method === "tools/call" && c.req.header("Mcp-Name") !== params["name"])
    return "The header Mcp-Name is missing or doesn't match.";
  return undefined;
}

function listed() {
  return Object.entries(TOOLS).map(([name, { description, readOnly }]) => ({
    name,
    description,
    inputSchema: Reflect.get(TOOL_SCHEMAS, name),
    annotations: { readOnlyHint: readOnly, openWorldHint: false },
  }));
}

function isTool(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name);
}

/** What a tool says: the answer of its route as JSON, or why it was refused with the code of the contract. */
async function called(app: Hono<App>, c: Context<App>, name: ToolName, given: unknown): Promise<Fields> {
  const parsed = v.safeParse(TOOLS[name].input, given);
  if (!parsed.success) {
    const argument = v.getDotPath(parsed.issues[0]) ?? "";
    return refused({ code: "bad_request", detail: `The argument "${argument}" is missing or invalid.` });
  }
  const ask = async (method: string, path: string, body?: Fields): Promise<Asked> => {
    const url = new URL(`/api${path}`, c.req.url);
    const headers = { authorization: c.req.header("Authorization") ?? "", "content-type": "application/json" };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const asked = await app.fetch(new Request(url, init), c.env, c.executionCtx);
    return { ok: asked.ok, body: parseJsonObject(await asked.text()) ?? {} };
  };
  const { ok, body } = await run(name, parsed.output, ask);
  if (!ok) return refused(body);
  return { content: [{ type: "text", text: JSON.stringify(body) }], structuredContent: body };
}

function refused({ code, detail, retryAfterMs }: Fields): Fields {
  const problem = { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { content: [{ type: "text", text: `${code}: ${detail}` }], structuredContent: problem, isError: true };
}

type Ask = (method: string, path: string, body?: Fields) => Promise<Asked>;

async function run<T extends ToolName>(name: T, given: Arguments<ToolName>, ask: Ask): Promise<Asked> {
  const { channel = "", message = "", text, emoji, on = true, query = "", limit = 100 }: Partial<AllArguments> = given;
  const path = `/channels/${encodeURIComponent(channel)}`;
  switch (name) {
    case "list_channels":
      return ask("GET", "/channels");
    case "read_messages": {
      const { ok, body } = await ask("GET", `${path}/messages`);
      if (!ok || !isWindow(body)) return { ok, body };
      return { ok, body: { messages: body.messages.slice(-limit) } };
    }
    case "send_message":
      return ask("POST", `${path}/messages`, { id: crypto.randomUUID(), text });
    case "reply":
      return ask("POST", `${path}/messages`, { id: crypto.randomUUID(), text, replyTo: message });
    case "react":
      return ask("POST", `${path}/messages/${message}/reactions`, { emoji, on });
    case "search_people":
      return ask("GET", `/people?q=${encodeURIComponent(query)}`);
    case "list_members":
      return ask("GET", `${path}/members`);
    default:
      return name satisfies never;
  }
}

/** Of all tools together. */
type AllArguments = Arguments<"read_messages"> & Arguments<"reply"> & Arguments<"react"> & Arguments<"search_people">;

function isWindow(body: Fields): body is Fields & Pick<WindowAnswer, "messages"> {
  return Array.isArray(body["messages"]);
}

function failed(id: string | number | null, code: number, message: string, status = 400, data?: Fields): Response {
  return Response.json({ jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } }, { status });
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
