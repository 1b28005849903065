/** How far a person has read is the same on all their devices. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addMention, markRead, parseMarks, prune, removeMention } from "../../../worker/people/read-marks.ts";
import type { ActivityEntry } from "../../../worker/protocol/frames.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { path, type Somebody, twoInAChannel, welcomed } from "../people.ts";

let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
});

afterEach(() => {
  vi.useRealTimers();
});

/** A person may send one frame of marks in five seconds, and three at once. */
function aMinutePasses(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
}

/** What a newly opened feed says of the channel. */
async function firstFrame(who: Somebody) {
  const seat = await who.watch();
  const { reads, mentions } = await seat.next("directory");
  seat.close();
  return { read: reads[channel.id], mentions: mentions[channel.id] ?? [] };
}

describe("read marks", () => {
  test("move by a frame, are told to the person's other sockets, and stand in the next first frame and in pages", async () => {
    for (const text of ["one", "two", "three"]) await ada.post(channel.id, text);
    const [laptop, phone] = [await bea.watch(), await bea.watch()];
    laptop.send({ type: "read", channels: [{ id: channel.id, seq: 2 }] });
    expect(await phone.next("read")).toEqual({ type: "read", channels: [{ id: channel.id, seq: 2 }] });
    expect((await firstFrame(bea)).read).toBe(2);
    for (const query of ["", "?cursor="]) {
      const { reads }: { reads: Record<string, number> } = await (await bea.ask("GET", `/api/channels${query}`)).json();
      expect(reads[channel.id]).toBe(2);
    }
    expect(laptop.frames.filter(({ type }) => type === "read")).toEqual([]);
  });

  test("only grow", async () => {
    await ada.post(channel.id, "one");
    const [laptop, phone] = [await bea.watch(), await bea.watch()];
    for (const seq of [3, 1, 4]) laptop.send({ type: "read", channels: [{ id: channel.id, seq }] });
    await phone.next("read", ({ channels }) => channels[0]?.seq === 4);
    expect(phone.frames.flatMap((frame) => (frame.type === "read" ? frame.channels : []))).toEqual([
      { id: channel.id, seq: 3 },
      { id: channel.id, seq: 4 },
    ]);
  });

  test("go back by unread, and stay there until the channel is opened again", async () => {
    for (const text of ["one", "two", "three"]) await ada.post(channel.id, text);
    const [laptop, phone] = [await bea.watch(), await bea.watch()];
    laptop.send({ type: "read", channels: [{ id: channel.id, seq: 3 }] });
    laptop.send({ type: "unread", id: channel.id, seq: 2 });
    expect(await phone.next("unread")).toEqual({ type: "unread", id: channel.id, seq: 2 });
    aMinutePasses();
    phone.send({ type: "read", channels: [{ id: channel.id, seq: 3 }] });
    phone.send({ type: "unread", id: "no-such-channel", seq: 2 });
    expect(await phone.next("error")).toMatchObject({ code: "not_found", command: "unread" });
    expect((await firstFrame(bea)).read).toBe(1);
    await welcomed(await bea.join(channel.id));
    aMinutePasses();
    phone.send({ type: "read", channels: [{ id: channel.id, seq: 3 }] });
    await laptop.next("read", ({ channels }) => channels[0]?.seq === 3);
    expect((await firstFrame(bea)).read).toBe(3);
  });

  test("of another person are another person's", async () => {
    await ada.post(channel.id, "one");
    const [beas, adas] = [await bea.watch(), await ada.watch()];
    beas.send({ type: "read", channels: [{ id: channel.id, seq: 1 }] });
    const second = await bea.watch();
    beas.send({ type: "unread", id: channel.id, seq: 1 });
    await second.next("unread");
    expect(adas.frames.filter(({ type }) => type === "read" || type === "unread")).toEqual([]);
  });

  test("that come too fast are refused, with the time to wait", async () => {
    const seat = await bea.watch();
    for (let seq = 1; seq <= 200; seq++) seat.send({ type: "read", channels: [{ id: channel.id, seq }] });
    const refused = await seat.next("error");
    expect(refused).toMatchObject({ code: "rate_limited", command: "read" });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
  });
});

describe("unread mentions", () => {
  test("are in the first frame until they are read", async () => {
    await ada.post(channel.id, "nobody");
    const feed = await bea.watch();
    await feed.next("directory");
    const { seq } = await ada.post(channel.id, `<@${bea.person.id}>`);
    await feed.next("mention");
    expect((await firstFrame(bea)).mentions).toEqual([seq]);
    feed.send({ type: "read", channels: [{ id: channel.id, seq }] });
    feed.send({ type: "unread", id: "no-such-channel", seq: 1 });
    await feed.next("error");
    expect((await firstFrame(bea)).mentions).toEqual([]);
  });

  test.each(["edit", "deletion"])("that an %s takes away are withdrawn", async (how) => {
    const feed = await bea.watch();
    await feed.next("directory");
    const { id } = await ada.post(channel.id, `<@${bea.person.id}>`);
    await feed.next("mention");
    const where = `${path(channel.id)}/messages/${id}`;
    if (how === "edit") await ada.ask("PATCH", where, { body: { text: "nobody" } });
    else await ada.ask("DELETE", where);
    expect(await feed.next("mention_withdrawn")).toEqual({ type: "mention_withdrawn", channel: channel.id, id });
    expect((await firstFrame(bea)).mentions).toEqual([]);
  });

  test("that an edit adds are told, also where the message was read", async () => {
    const { id, seq } = await ada.post(channel.id, "nobody");
    const feed = await bea.watch();
    feed.send({ type: "read", channels: [{ id: channel.id, seq }] });
    await ada.ask("PATCH", `${path(channel.id)}/messages/${id}`, { body: { text: `<@${bea.person.id}>` } });
    expect((await feed.next("mention")).message.id).toBe(id);
    expect((await firstFrame(bea)).mentions).toEqual([]);
  });

  test("are at most 100: the oldest of the channel that was mentioned in longest ago make room", () => {
    let marks = addMention(addMention(parseMarks(undefined), "old", 1), "old", 2);
    for (let seq = 1; seq <= 99; seq++) marks = addMention(marks, "new", seq);
    expect(marks.mentions["old"]).toEqual([2]);
    marks = addMention(marks, "new", 100);
    expect(marks.mentions["old"]).toBeUndefined();
    expect(marks.mentions["new"]).toHaveLength(100);
  });

  test("that are known, read or not there change nothing", () => {
    const marks = addMention(markRead(parseMarks(undefined), "one", 4), "one", 5);
    expect(addMention(marks, "one", 5)).toBe(marks);
    expect(addMention(marks, "one", 4)).toBe(marks);
    expect(removeMention(marks, "one", 6)).toBe(marks);
    expect(removeMention(marks, "two", 5)).toBe(marks);
    expect(removeMention(addMention(marks, "one", 6), "one", 5).mentions).toEqual({ one: [6] });
  });

  test("and marks of channels that are gone are kept no longer", () => {
    const marks = addMention(markRead(markRead(parseMarks(undefined), "here", 1), "gone", 1), "gone", 2);
    expect(prune(marks, (epoch) => epoch === "here")).toEqual({ seqs: { here: 1 }, held: [], mentions: {} });
  });
});

test("a message that is deleted while unread is named in the activity", async () => {
  const feed = await bea.watch();
  await feed.next("directory");
  const { id, seq } = await ada.post(channel.id, "soon gone");
  await ada.ask("DELETE", `${path(channel.id)}/messages/${id}`);
  const isGone = (entry: ActivityEntry) => entry.id === channel.id && entry.deleted !== undefined;
  const told = await feed.next("activity", ({ channels }) => channels.some(isGone));
  expect(told.channels.find(isGone)?.deleted).toEqual([seq]);
});
