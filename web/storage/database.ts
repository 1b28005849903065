/**
 * The database of this device: what waits to be sent, the files with it, and the windows of conversations that were visited.
 * Every row belongs to a person. A browser may refuse it, or be full: then the page says so and goes on in memory.
 */
import { fetchPart } from "../network/load-part.ts";
import type { Database } from "./database-layout.ts";

let opening: Promise<Database> | undefined;

/** Opens it, once a tab. Rejects where the browser refuses. */
export function openDatabase(): Promise<Database> {
  opening ??= open().catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** What is shown first needs no database. */
async function open(): Promise<Database> {
  const { openLayout } = await fetchPart(() => import("./database-layout.ts"));
  return openLayout(() => {
    opening = undefined;
  });
}
