/** The arguments of each tool as JSON schemas. Made by `npm run generate` of ../protocol/tools.ts. */
export const TOOL_SCHEMAS = {
  list_channels: { type: "object", properties: {}, required: [], additionalProperties: false },
  read_messages: {
    type: "object",
    properties: {
      channel: { type: "string", description: "The channel's id, as list_channels gives it." },
      limit: { type: "integer", minimum: 1, maximum: 100, description: "How many, 100 without it." },
    },
    required: ["channel"],
    additionalProperties: false,
  },
  send_message: {
    type: "object",
    properties: {
      channel: { type: "string", description: "The channel's id, as list_channels gives it." },
      text: {
        type: "string",
        description: "Markdown. <@id> mentions a person, <!here> everyone who has the channel open.",
      },
    },
    required: ["channel", "text"],
    additionalProperties: false,
  },
  reply: {
    type: "object",
    properties: {
      channel: { type: "string", description: "The channel's id, as list_channels gives it." },
      message: {
        type: "string",
        pattern: "^[0-9a-f-]{36}$",
        description: "The message's id, as read_messages gives it.",
      },
      text: {
        type: "string",
        description: "Markdown. <@id> mentions a person, <!here> everyone who has the channel open.",
      },
    },
    required: ["channel", "message", "text"],
    additionalProperties: false,
  },
  react: {
    type: "object",
    properties: {
      channel: { type: "string", description: "The channel's id, as list_channels gives it." },
      message: {
        type: "string",
        pattern: "^[0-9a-f-]{36}$",
        description: "The message's id, as read_messages gives it.",
      },
      emoji: { type: "string", description: "One emoji." },
      on: { type: "boolean", description: "false takes it back." },
    },
    required: ["channel", "message", "emoji"],
    additionalProperties: false,
  },
  search_people: {
    type: "object",
    properties: { query: { type: "string", description: "A part of the name." } },
    required: ["query"],
    additionalProperties: false,
  },
  list_members: {
    type: "object",
    properties: { channel: { type: "string", description: "The channel's id, as list_channels gives it." } },
    required: ["channel"],
    additionalProperties: false,
  },
};
