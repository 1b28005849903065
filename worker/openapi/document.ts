/** `openapi.json`: the routes and the schemas as an OpenAPI 3.1 document. Made with the site's files. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { CODES, type Code } from "../protocol/errors.ts";
import {
  Attachment,
  Channel,
  Count,
  Message,
  OnlinePerson,
  Person,
  PersonId,
  Pin,
  Reaction,
} from "../protocol/things.ts";
import { MessageId } from "../protocol/wire.ts";
import { COMMON_CODES, type Content, ROUTES, type Route } from "./routes.ts";

type Json = Record<string, unknown>;

/** Schemas with a name of their own: everything else stands where it is used. */
const NAMED = { Attachment, Channel, Message, OnlinePerson, Person, Pin, Reaction } satisfies Record<
  string,
  v.GenericSchema
>;
const PROBLEM = "Problem";
const TAGS: Readonly<Record<Route["tag"], string>> = {
  Site: "The site itself.",
  Session: "Who is asking, and on which devices.",
  People: "People, and hearing from them or not.",
  Channels: "Channels, groups and direct conversations, and who is in them.",
  Messages: "What is said in them.",
  Programs: "What is for programs: bots, hooks, streams, MCP.",
  Push: "Notifications on devices whose app is closed.",
  Owners: "What owners of the site do.",
};

export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Flack",
      version,
      description: "The chat that runs on the edge. Programs show a bot's key; browsers have a cookie.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A bot's key, flk_…" },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "flack_session",
          description: "Over https its name begins with __Host-.",
        },
      },
      schemas: {
        ...Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, schemaOf(schema, name)])),
        [PROBLEM]: {
          type: "object",
          description: "Why something was refused (RFC 9457). Nothing was changed.",
          required: ["type", "title", "status", "code", "detail"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            code: { type: "string", enum: Object.keys(CODES) },
            detail: { type: "string" },
            retryAfterMs: { type: "integer", minimum: 0 },
          },
        },
      },
    },
  };
}

function operationOf(route: Route): Json {
  const { method, path, does, tag, query = {}, takes, answers } = route;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...Object.entries(query).map(([name, description]) => ({
      name,
      in: "query",
      description,
      schema: { type: "string" },
    })),
  ];
  const own = Object.entries(answers).map(([status, content]) => [status, answerOf(content)]);
  return {
    operationId: idOf(method, path),
    summary: does,
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...(takes && {
      requestBody: { required: method !== "delete", content: Object.assign({}, ...takes.map(contentOf)) },
    }),
    responses: { ...refusalsOf(route), ...Object.fromEntries(own) },
    security: route.for === "none" ? [] : route.for === "person" ? [{ cookie: [] }] : [{ key: [] }, { cookie: [] }],
  };
}

/** `getChannelsMessages`: a name that generators can use. */
function idOf(method: string, path: string): string {
  const words = path
    .replace("/api/", "")
    .split(/[/.{}]+/)
    .filter((word) => word !== "" && word !== "id");
  if (path.endsWith("/{id}")) words.push("byId");
  return method + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}

/** By status, the codes of one beside each other. */
function refusalsOf({ codes = [], for: whom, path }: Route): Json {
  if (path.startsWith("/api/hooks/")) return {};
  const all: readonly Code[] = [...COMMON_CODES.filter((code) => whom !== "none" || code !== "unauthorized"), ...codes];
  const byStatus = Map.groupBy(all, (code) => CODES[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, ofIt]) => [
      status,
      {
        description: [...new Set(ofIt)].map((code) => `\`${code}\`: ${CODES[code][1]}.`).join(" "),
        content: { "application/problem+json": { schema: { $ref: `#/components/schemas/${PROBLEM}` } } },
      },
    ]),
  );
}

function answerOf(content: Content | undefined): Json {
  if (content === undefined) return { description: "Done." };
  if ("words" in content)
    return { description: content.words, ...(content.type !== "" && { content: contentOf(content) }) };
  return { description: "Done.", content: contentOf(content) };
}

function contentOf(content: Content): Json {
  if ("words" in content) {
    const isJson = content.type === "application/json";
    return {
      [content.type]: {
        schema: isJson ? { description: content.words } : { type: "string", description: content.words },
      },
    };
  }
  return { "application/json": { schema: schemaOf(content) } };
}

/** A schema as JSON Schema. Named ones are referred to, but for the one that is being described. */
function schemaOf(schema: v.GenericSchema, described?: string): Json {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    errorMode: "ignore",
    typeMode: "input",
    overrideSchema({ valibotSchema, jsonSchema }) {
      const name = Object.entries(NAMED).find(([, named]) => named === valibotSchema)?.[0];
      if (name !== undefined && name !== described) return { $ref: `#/components/schemas/${name}` };
      if (valibotSchema === Count) return { type: "integer", minimum: 0 };
      if (valibotSchema === PersonId) return { type: "string", pattern: "^[A-Za-z0-9_-]{16,32}$" };
      if (valibotSchema === MessageId) return { type: "string", format: "uuid" };
      return jsonSchema;
    },
  });
  return json;
}
