/**
 * How far a person has read, and which unread messages mention them: the rules, pure, and their JSON.
 * Marks are kept by epoch, so that a channel that is made again starts anew. A mark that is absent is 0.
 */

import { UNREAD_MENTIONS_MAX } from "../protocol/limits.ts";
import type { Channel } from "../protocol/things.ts";

export type ReadMarks = {
  /** By epoch: the number of the newest message read. */
  readonly seqs: Readonly<Record<string, number>>;
  /** Epochs that were marked unread: their mark stays until the channel is opened again. */
  readonly held: readonly string[];
  /** By epoch: the numbers of unread messages that mention this person. */
  readonly mentions: Readonly<Record<string, readonly number[]>>;
};

const NONE: ReadMarks = { seqs: {}, held: [], mentions: {} };

export function parseMarks(json: string | undefined): ReadMarks {
  const marks: ReadMarks = json === undefined ? NONE : JSON.parse(json);
  return marks;
}

/** The marks of a first visit: what was written in public channels before it is not unread. */
export function firstMarks(channels: readonly Channel[]): ReadMarks {
  return {
    ...NONE,
    seqs: Object.fromEntries(channels.filter(({ seq }) => seq > 0).map(({ epoch, seq }) => [epoch, seq])),
  };
}

/** Read up to there. A mark only grows, and one that is held stays. The same marks when nothing changes. */
export function markRead(marks: ReadMarks, epoch: string, seq: number): ReadMarks {
  if (marks.held.includes(epoch) || seq <= (marks.seqs[epoch] ?? 0)) return marks;
  return { ...marks, seqs: { ...marks.seqs, [epoch]: seq }, mentions: unreadMentions(marks, epoch, seq) };
}

/** Unread from this message on, until the channel is opened again. */
export function markUnread(marks: ReadMarks, epoch: string, seq: number): ReadMarks {
  const held = [...marks.held.filter((other) => other !== epoch), epoch];
  return { ...marks, held, seqs: { ...marks.seqs, [epoch]: Math.max(0, seq - 1) } };
}

/** The channel is opened. */
export function reopen(marks: ReadMarks, epoch: string): ReadMarks {
  return marks.held.includes(epoch) ? { ...marks, held: marks.held.filter((other) => other !== epoch) } : marks;
}

/** A message mentions this person. The same marks when that is known or read. */
export function addMention(marks: ReadMarks, epoch: string, seq: number): ReadMarks {
  const seqs = marks.mentions[epoch] ?? [];
  if (seqs.includes(seq) || seq <= (marks.seqs[epoch] ?? 0)) return marks;
  const { [epoch]: _, ...others } = marks.mentions;
  const mentions = { ...others, [epoch]: [...seqs, seq] };
  const all = Object.values(mentions).reduce((sum, { length }) => sum + length, 0);
  return { ...marks, mentions: all > UNREAD_MENTIONS_MAX ? withoutOldest(mentions) : mentions };
}

/** It does so no more, or is gone. */
export function removeMention(marks: ReadMarks, epoch: string, seq: number): ReadMarks {
  const seqs = marks.mentions[epoch] ?? [];
  if (!seqs.includes(seq)) return marks;
  return {
    ...marks,
    mentions: withSeqs(
      marks.mentions,
      epoch,
      seqs.filter((other) => other !== seq),
    ),
  };
}

/** Without the marks of channels that are gone. */
export function prune(marks: ReadMarks, isThere: (epoch: string) => boolean): ReadMarks {
  const keep = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([epoch]) => isThere(epoch)));
  return { seqs: keep(marks.seqs), held: marks.held.filter(isThere), mentions: keep(marks.mentions) };
}

/** Without the first mention of the channel whose last one is longest ago: the order of the channels says so. */
function withoutOldest(mentions: ReadMarks["mentions"]): ReadMarks["mentions"] {
  const [oldest = "", seqs = []] = Object.entries(mentions)[0] ?? [];
  return seqs.length > 1 ? { ...mentions, [oldest]: seqs.slice(1) } : withSeqs(mentions, oldest, []);
}

function unreadMentions(marks: ReadMarks, epoch: string, upTo: number): ReadMarks["mentions"] {
  return withSeqs(
    marks.mentions,
    epoch,
    (marks.mentions[epoch] ?? []).filter((seq) => seq > upTo),
  );
}

function withSeqs(mentions: ReadMarks["mentions"], epoch: string, seqs: readonly number[]): ReadMarks["mentions"] {
  const { [epoch]: _, ...others } = mentions;
  return seqs.length > 0 ? { ...others, [epoch]: seqs } : others;
}
