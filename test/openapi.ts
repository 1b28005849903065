/** Writes what the Worker takes of the schemas: `npm run openapi`. A test fails when it is behind. */
import { writeFileSync } from "node:fs";
import { toolSchemas } from "../worker/openapi/tool-schemas.ts";

const source = `/** The arguments of each tool as JSON schemas. Made by \`npm run openapi\` of ../protocol/tools.ts. */
export const TOOL_SCHEMAS = ${JSON.stringify(toolSchemas())};
`;
writeFileSync(new URL("../worker/http/tool-schemas.ts", import.meta.url), source);
