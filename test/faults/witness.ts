/**
 * What everybody was told, and what is wrong with it. It knows only what came over the wire,
 * and judges by the promises of the contract: nothing lost, doubled or reordered, no gap, gone is gone.
 */
import type { WindowAnswer } from "../../worker/protocol/answers.ts";
import type { Message } from "../../worker/protocol/things.ts";

export const ANOMALIES = [
  "told but lost",
  "number changed",
  "id twice",
  "readers disagree",
  "order broken",
  "gap without reset",
  "deleted seen again",
  "more than 100",
  "epoch changed",
  "file lost",
  "file kept",
  "written after its session ended",
  "old name after a rename was answered",
  "shown though gone",
  "direct message never announced",
  "two holders of a name",
  "a living person without a name",
  "seen by a non-member",
  "member without list entry",
  "list entry without membership",
  "pin of a deleted message",
  "older than its age limit",
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

/** The newest state of a message that anybody was told. */
type Told = { readonly seq: number; message: Message; deletedAtRev: number | undefined };

/** What is said under an id that was used before: nobody may ever be told it. */
export const SAID_TWICE = "said twice";

/** The contract's window. Written here again on purpose: what judges shares no number with what is judged. */
const WINDOW = 100;

export class Witness {
  readonly counts = new Map<Anomaly, number>(ANOMALIES.map((anomaly) => [anomaly, 0]));
  /** One sentence for the first few of each kind. */
  readonly notes: string[] = [];
  /** By epoch, then by id. */
  readonly #told = new Map<string, Map<string, Told>>();
  readonly #idBySeq = new Map<string, string>();
  /** By message and `rev`: what was told. */
  readonly #states = new Map<string, string>();
  /** Texts whose deletion was acknowledged, by message. */
  readonly #goneTexts = new Map<string, string>();

  note(anomaly: Anomaly, what: string): void {
    const count = (this.counts.get(anomaly) ?? 0) + 1;
    this.counts.set(anomaly, count);
    if (count <= 3) this.notes.push(`${anomaly}: ${what}`);
  }

  /** A message in a frame or an answer, as it came. */
  saw(epoch: string, message: Message): void {
    const key = `${epoch} ${message.id}`;
    const held = this.#told.get(epoch) ?? new Map<string, Told>();
    this.#told.set(epoch, held);
    const before = held.get(message.id);
    if (before && before.seq !== message.seq) this.note("number changed", `${key}: ${before.seq}, then ${message.seq}`);
    const other = this.#idBySeq.get(`${epoch} ${message.seq}`);
    if (other !== undefined && other !== message.id)
      this.note("id twice", `${epoch} ${message.seq}: ${other} and ${message.id}`);
    this.#idBySeq.set(`${epoch} ${message.seq}`, message.id);

    if (message.text === SAID_TWICE) this.note("id twice", `${key}: what was sent again under an old id was taken`);

    const state = JSON.stringify([
      message.text,
      message.deleted ?? false,
      message.author.id,
      message.attachments ?? [],
      message.reactions ?? [],
    ]);
    const same = this.#states.get(`${key} ${message.rev}`);
    if (same !== undefined && same !== state)
      this.note("readers disagree", `${key}@${message.rev}: ${same} and ${state}`);
    this.#states.set(`${key} ${message.rev}`, state);

    const deletedAtRev = before?.deletedAtRev ?? (message.deleted ? message.rev : undefined);
    if (deletedAtRev !== undefined && message.rev >= deletedAtRev && !message.deleted) {
      this.note("deleted seen again", `${key}@${message.rev} after its deletion at ${deletedAtRev}`);
    }
    held.set(message.id, {
      seq: before?.seq ?? message.seq,
      message: before && before.message.rev > message.rev ? before.message : message,
      deletedAtRev,
    });
  }

  /** A frame of changes, before the reader takes it in: by `rev`, and nothing that is gone comes back. */
  inOrder(messages: readonly Message[], held: { readonly messages: readonly Message[] }): void {
    const revs = messages.map(({ rev }) => rev);
    if (revs.some((rev, n) => n > 0 && rev <= (revs[n - 1] ?? 0)))
      this.note("order broken", `a frame of ${revs.join(" ")}`);
    for (const message of messages) {
      const before = held.messages.find(({ id }) => id === message.id);
      if (before?.deleted && !message.deleted)
        this.note("deleted seen again", `${message.id}@${message.rev} in a frame`);
    }
  }

  /** From now on this text is in nothing that is asked for anew. */
  sawGone(messageId: string, text: string): void {
    this.#goneTexts.set(messageId, text);
  }

  /** What one reader holds after a frame: dense, and no more than is kept. `askedAt`: texts gone before it may not be in it. */
  holds(epoch: string, messages: readonly Message[], head: number): void {
    if (messages.length > WINDOW) this.note("more than 100", `${epoch}: ${messages.length}`);
    const first = Math.max(1, head - WINDOW + 1);
    const isDense = messages.length === head - first + 1 && messages.every(({ seq }, n) => seq === first + n);
    if (!isDense)
      this.note("gap without reset", `${epoch}: ${messages.map(({ seq }) => seq).join(" ")} of ${first} to ${head}`);
  }

  /** A whole window that was asked for just now. */
  fresh(messages: readonly Message[], gone: ReadonlySet<string>): void {
    if (messages.length > WINDOW) this.note("more than 100", `a window of ${messages.length}`);
    for (const { id, text } of messages) {
      if (gone.has(id) && text !== "")
        this.note("deleted seen again", `${id} in a window asked for after its deletion`);
    }
  }

  /** Ids whose deletion somebody was told of by now. */
  gone(): ReadonlySet<string> {
    return new Set(this.#goneTexts.keys());
  }

  /** One person's messages on one socket, in the order they were first sent there, as far as none was refused. */
  order(epoch: string, sent: readonly string[]): void {
    const seqs = sent.flatMap((id) => this.#told.get(epoch)?.get(id)?.seq ?? []);
    if (seqs.some((seq, n) => n > 0 && seq < (seqs[n - 1] ?? 0)))
      this.note("order broken", `${epoch}: ${seqs.join(" ")}`);
  }

  /** What anybody was told of an epoch by now, in its newest state. */
  toldOf(epoch: string): readonly Message[] {
    return [...(this.#told.get(epoch)?.values() ?? [])].map(({ message }) => message);
  }

  /** A window that was asked for after `told`: all of it is there, in that state or a newer one, or has left it. */
  settle({ epoch, head, messages }: WindowAnswer, told: readonly Message[]): void {
    const byId = new Map(messages.map((message) => [message.id, message]));
    for (const { id, seq, rev } of told) {
      if (seq <= head.seq - WINDOW) continue;
      const kept = byId.get(id);
      if (kept && kept.rev >= rev) continue;
      this.note(
        "told but lost",
        `${epoch} ${id}: told ${rev} of ${seq}, kept ${kept?.rev ?? "nothing"} of ${head.seq}`,
      );
    }
  }

  /** How many messages anybody was told of. */
  get messages(): number {
    return [...this.#told.values()].reduce((sum, held) => sum + held.size, 0);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
