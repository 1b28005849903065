/** What work costs: rows written and read by objects, as the platform counts and bills them. An alarm that is set is a row. */
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";

export type Rows = { readonly written: number; readonly read: number; readonly alarms: number };

/** Counts what these objects do while `work` runs and the rest of what it started is `settled`. */
export async function countRows(
  objects: readonly DurableObjectStub<undefined>[],
  work: () => Promise<unknown>,
  settled: () => Promise<unknown> = async () => {},
): Promise<Rows> {
  const counts = await Promise.all(objects.map(follow));
  await work();
  await settled();
  const rows = counts.map((count) => count());
  const sum = (key: keyof Rows) => rows.reduce((total, row) => total + row[key], 0);
  return { written: sum("written"), read: sum("read"), alarms: sum("alarms") };
}

function follow(object: DurableObjectStub<undefined>): Promise<() => Rows> {
  return runInDurableObject(object, (_, { storage }) => {
    const exec = vi.spyOn(storage.sql, "exec");
    const alarm = vi.spyOn(storage, "setAlarm");
    return () => {
      const sum = (key: "rowsWritten" | "rowsRead") =>
        exec.mock.results.reduce((total, { value }) => total + (value?.[key] ?? 0), 0);
      const rows = { written: sum("rowsWritten"), read: sum("rowsRead"), alarms: alarm.mock.calls.length };
      exec.mockRestore();
      alarm.mockRestore();
      return rows;
    };
  });
}
