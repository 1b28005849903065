/**
 * What programs may ask for over MCP: the tools, and the arguments each takes. Their JSON schemas are made of these
 * (`npm run generate`), and stand beside the routes of `openapi.json`.
 */
import * as v from "valibot";

const channel = v.pipe(v.string(), v.description("The channel's id, as list_channels gives it."));
const message = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f-]{36}$/),
  v.description("The message's id, as read_messages gives it."),
);
const text = v.pipe(
  v.string(),
  v.description("Markdown. <@id> mentions a person, <!here> everyone who has the channel open."),
);

export const TOOLS = {
  list_channels: {
    description: "Lists the channels that this bot can read, with their ids, topics and newest messages' numbers.",
    readOnly: true,
    input: v.strictObject({}),
  },
  read_messages: {
    description: "Reads the newest messages of a channel, oldest first. A channel keeps its newest 100.",
    readOnly: true,
    input: v.strictObject({
      channel,
      limit: v.exactOptional(
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100), v.description("How many, 100 without it.")),
      ),
    }),
  },
  send_message: {
    description: "Writes a message into a channel.",
    readOnly: false,
    input: v.strictObject({ channel, text }),
  },
  reply: {
    description: "Answers a message: it is quoted above the text.",
    readOnly: false,
    input: v.strictObject({ channel, message, text }),
  },
  react: {
    description: "Adds a reaction to a message, or takes it back.",
    readOnly: false,
    input: v.strictObject({
      channel,
      message,
      emoji: v.pipe(v.string(), v.description("One emoji.")),
      on: v.exactOptional(v.pipe(v.boolean(), v.description("false takes it back."))),
    }),
  },
  search_people: {
    description: "Finds people by a part of their name, at most 20, and says who is online.",
    readOnly: true,
    input: v.strictObject({ query: v.pipe(v.string(), v.description("A part of the name.")) }),
  },
  list_members: {
    description:
      "Lists who is in a private channel or a direct conversation. A public channel has no list: everyone is in it.",
    readOnly: true,
    input: v.strictObject({ channel }),
  },
} as const;

export type ToolName = keyof typeof TOOLS;
