/**
 * What an earlier version has written opens with this one. The statements below are those the earlier version ran;
 * they are never changed, and each later version adds its own.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { hashToken } from "../../worker/http/session-cookie.ts";
import type { Channel } from "../../worker/protocol/frames.ts";
import { ask, path, problemOf, Somebody, welcomed } from "./people.ts";

const TOKEN = "v1".padEnd(43, "x");
const ADA = { id: "ada-of-version-1-xxxxx", name: "Ada" };
const BEA = { id: "bea-of-version-1-xxxxx", name: "Bea" };
const EPOCH = "epoch-of-version-1-xxx";
const DAY_MS = 24 * 60 * 60 * 1_000;

const DIRECTORY_1 = [
  "CREATE TABLE schema (version INTEGER NOT NULL)",
  "CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT UNIQUE, named_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE sessions (hash TEXT PRIMARY KEY, person TEXT NOT NULL, renewed_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX sessions_by_person ON sessions (person)",
  "CREATE TABLE visits (session TEXT NOT NULL, epoch TEXT NOT NULL, PRIMARY KEY (session, epoch)) WITHOUT ROWID",
  "CREATE TABLE channels (id TEXT PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, topic TEXT NOT NULL, creator TEXT NOT NULL, creator_name TEXT NOT NULL, created_at INTEGER NOT NULL, seq INTEGER NOT NULL, last_at INTEGER) WITHOUT ROWID",
  "CREATE TABLE hourly (what TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID",
  "INSERT INTO schema VALUES (1)",
];

const CHANNEL_1 = [
  "CREATE TABLE schema (version INTEGER NOT NULL)",
  "INSERT INTO schema (version) VALUES (1)",
  "CREATE TABLE slots (slot INTEGER PRIMARY KEY, message TEXT NOT NULL, former TEXT NOT NULL)",
];

test("of version 1: people, sessions, channels and messages are there, and everything new works on them", async () => {
  const now = Date.now();
  const hash = await hashToken(TOKEN);
  const directory = env.DIRECTORY.getByName("directory");
  await runInDurableObject(directory, (_, { storage }) => {
    for (const statement of DIRECTORY_1) storage.sql.exec(statement);
    for (const { id, name } of [ADA, BEA]) {
      storage.sql.exec("INSERT INTO people VALUES (?, ?, ?, ?, ?)", id, name, name.toLowerCase(), now, now);
    }
    storage.sql.exec("INSERT INTO sessions VALUES (?, ?, ?)", hash, ADA.id, now - DAY_MS / 2);
    storage.sql.exec(
      "INSERT INTO channels VALUES ('old', ?, 'public', 'old', 'a topic', ?, 'Ada', ?, 2, ?)",
      EPOCH,
      ADA.id,
      now,
      now,
    );
  });
  await evictDurableObject(directory);
  const message = { id: crypto.randomUUID(), seq: 1, rev: 1, author: BEA, sentAt: now, text: "from long ago" };
  const tombstone = { ...message, id: crypto.randomUUID(), seq: 2, rev: 3, author: ADA, text: "", deleted: true };
  const gone = crypto.randomUUID();
  await runInDurableObject(env.CHANNEL.getByName(EPOCH), (_, { storage }) => {
    for (const statement of CHANNEL_1) storage.sql.exec(statement);
    for (const [slot, row] of [message, tombstone].entries()) {
      const former = slot === 0 ? [[gone, ADA.id]] : [];
      storage.sql.exec(
        "INSERT INTO slots (slot, message, former) VALUES (?, ?, ?)",
        slot + 1,
        JSON.stringify(row),
        JSON.stringify(former),
      );
    }
  });
  await evictDurableObject(env.CHANNEL.getByName(EPOCH));

  const ada = new Somebody(ADA, `__Host-flack_session=${TOKEN}`);
  for (const name of ["BEA", "Веа"]) {
    const lookalike = await ask("POST", "/api/session", { body: { name } });
    expect(await problemOf(lookalike), name).toEqual({ status: 409, code: "name_taken" });
  }
  const { channels }: { channels: Channel[] } = await (await ada.ask("GET", "/api/channels")).json();
  expect(channels).toMatchObject([{ id: "old", epoch: EPOCH, topic: "a topic", createdBy: ADA, seq: 2 }]);
  const seat = await ada.join("old", { epoch: EPOCH, since: 1 });
  expect(await welcomed(seat)).toMatchObject({ reset: false, head: { seq: 2, rev: 3 }, messages: [tombstone] });
  seat.send({ type: "send", id: gone, text: "again" });
  expect(await seat.next("error")).toMatchObject({ code: "already_sent" });
  seat.send({ type: "react", id: message.id, emoji: "👍", on: true });
  expect((await seat.next("messages")).messages).toMatchObject([{ id: message.id, text: "from long ago", rev: 4 }]);
  expect((await ada.ask("POST", "/api/directs", { body: { person: BEA.id } })).status).toBe(201);
  expect((await ada.ask("POST", "/api/session/links")).status).toBe(201);
  expect((await ada.ask("PATCH", path("old"), { body: { topic: "another" } })).status).toBe(200);
  await evictDurableObject(env.CHANNEL.getByName(EPOCH));
  await evictDurableObject(directory);
  expect((await welcomed(await ada.join("old"))).head).toEqual({ seq: 2, rev: 4 });
  expect((await ada.ask("DELETE", path("old"))).status).toBe(204);
});
