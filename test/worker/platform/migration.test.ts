/** Tables have versions: what an earlier version has written opens with the next one, and what nobody wrote to has none. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Tables } from "../../../worker/platform/migrations.ts";
import { freshName } from "../people.ts";

const FIRST = ["CREATE TABLE things (id TEXT PRIMARY KEY)", "INSERT INTO things VALUES ('of version 1')"];
const SECOND = ["ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 1"];

/** Work with the storage of an object of its own. */
function inStorage(work: (storage: DurableObjectStorage) => void): Promise<void> {
  return runInDurableObject(env.CHANNEL.getByName(freshName()), (_, { storage }) => work(storage));
}

function things(storage: DurableObjectStorage): unknown[] {
  return storage.sql.exec("SELECT * FROM things").toArray();
}

test("tables are made by the first transaction, and not by a look", async () => {
  await inStorage((storage) => {
    const tables = new Tables(storage, [FIRST]);
    expect(tables.exist).toBe(false);
    expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'things'").toArray()).toEqual([]);
    tables.transact(() => storage.sql.exec("INSERT INTO things VALUES ('a')"));
    expect(tables.exist).toBe(true);
    expect(things(storage)).toHaveLength(2);
  });
});

test("tables of version 1 are brought to version 2 once, with what is in them", async () => {
  await inStorage((storage) => {
    new Tables(storage, [FIRST]).transact(() => {});
    for (let start = 0; start < 2; start++) {
      expect(new Tables(storage, [FIRST, SECOND]).exist).toBe(true);
      expect(things(storage)).toEqual([{ id: "of version 1", size: 1 }]);
    }
  });
});

test("a migration that fails leaves the tables as they were", async () => {
  await inStorage((storage) => {
    new Tables(storage, [FIRST]).transact(() => {});
    expect(() => new Tables(storage, [FIRST, [...SECOND, "NO SQL"]])).toThrow();
    expect(things(storage)).toEqual([{ id: "of version 1" }]);
  });
});

test("a transaction that throws writes nothing, also not the tables", async () => {
  await inStorage((storage) => {
    const tables = new Tables(storage, [FIRST]);
    const work = () => {
      throw new Error("no");
    };
    expect(() => tables.transact(work)).toThrow("no");
    expect(tables.exist).toBe(false);
    expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'things'").toArray()).toEqual([]);
  });
});
