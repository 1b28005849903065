/** JSON schemas of the tools' arguments, as MCP clients read them. Run at build time: the Worker takes the file that is made of it. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { TOOLS } from "../protocol/tools.ts";

/** By tool. */
export function toolSchemas(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(TOOLS).map(([name, { input }]) => {
      const { $schema: _, ...schema } = toJsonSchema(input);
      return [name, { ...schema, additionalProperties: false }];
    }),
  );
}
