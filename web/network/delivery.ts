/**
 * How what a person said gets to the server: on the socket of the open conversation, by HTTP for every other one,
 * and by what it is known to have arrived. It knows neither what is shown nor what is kept.
 */
import * as v from "valibot";
import type { ChannelCommand } from "../../worker/protocol/commands.ts";
import { Message } from "../../worker/protocol/things.ts";
import type { Phrase } from "../i18n/i18n.ts";
import type { Delivery, OutboxEntry } from "../state/outbox-entry.ts";
import type { Answer, api as httpApi } from "./api.ts";

/** A refusal keeps its English sentence. The view translates it. */
const GONE: Phrase = "This channel is gone.";
/** Refusals that pass by themselves: the message is fine, the moment was not. */
const PASSING: readonly string[] = ["rate_limited", "busy"];
/** Failures that may pass: they are tried again a few times before the person hears of them. */
const PERHAPS_PASSING: readonly string[] = ["internal", "timeout"];
const TRIES_MAX = 8;
/** A message waits so long (ms) by itself for its turn in slow mode. Longer is the person's to decide. */
const SLOW_WAIT_MS = 60_000;
/** Until the next try (ms) where the server names no time: twice as long each time, up to the longest. */
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 60_000;

export type DeliveryDependencies = {
  readonly api: typeof httpApi;
  /** Sends a command on the socket of a channel; `false` when there is none that is live. */
  readonly sendCommand: (channelId: string, command: ChannelCommand) => boolean;
  /** The server has answered an entry that went by HTTP with its message. */
  readonly confirmed: (entry: OutboxEntry, message: Message) => void;
  /** How an entry can go now. */
  readonly transportFor: (entry: OutboxEntry) => "socket" | "http" | "none" | "gone";
};

type Refusal = {
  readonly code: string;
  readonly detail: string;
  /** Over HTTP `detail` is already translated. This is the server's English sentence. */
  readonly sentence?: string;
  readonly retryAfterMs?: number;
};

export function createDeliveries({ api, sendCommand, confirmed, transportFor }: DeliveryDependencies) {
  /** By the command and id that an answer names: what is on the socket and not answered yet. */
  const awaited = new Map<string, { readonly entry: OutboxEntry; readonly answer: (delivery: Delivery) => void }>();

  /** By command and id: how often in a row an entry has failed in a way that may pass. */
  const failures = new Map<string, number>();

  async function deliver(entry: OutboxEntry): Promise<Delivery> {
    const delivery = await attempt(entry);
    if (delivery.kind === "done" || delivery.kind === "refused") failures.delete(nameOf(entry.kind, entry.id));
    return delivery;
  }

  function attempt(entry: OutboxEntry): Promise<Delivery> {
    const transport = transportFor(entry);
    switch (transport) {
      case "socket":
        return bySocket(entry);
      case "http":
        return byHttp(entry);
      case "none":
        return Promise.resolve({ kind: "offline" });
      case "gone":
        return Promise.resolve({ kind: "refused", code: "not_found", detail: GONE });
      default:
        return transport satisfies never;
    }
  }

  function bySocket(entry: OutboxEntry): Promise<Delivery> {
    return new Promise((resolve) => {
      const name = nameOf(entry.kind, entry.id);
      const answer = (delivery: Delivery): void => {
        awaited.delete(name);
        resolve(delivery);
      };
      awaited.set(name, { entry, answer });
      if (!sendCommand(entry.channelId, commandOf(entry))) answer({ kind: "offline" });
    });
  }

  async function byHttp(entry: OutboxEntry): Promise<Delivery> {
    const answer = await request(api, entry);
    if (answer.ok) {
      const message = v.safeParse(Message, answer.value);
      if (message.success) confirmed(entry, message.output);
      return { kind: "done" };
    }
    if (answer.status === 401) return { kind: "offline" };
    return answer.status === 0 ? { kind: "later", waitMs: RETRY_MS } : afterRefusal(entry, answer);
  }

  function afterRefusal(entry: OutboxEntry, refusal: Refusal): Delivery {
    const { code, sentence, retryAfterMs } = refusal;
    if (code === "slow_mode" && (retryAfterMs ?? Number.POSITIVE_INFINITY) <= SLOW_WAIT_MS)
      return { kind: "later", waitMs: retryAfterMs ?? SLOW_WAIT_MS };
    if (PASSING.includes(code)) return { kind: "later", waitMs: retryAfterMs ?? RETRY_MS };
    const name = nameOf(entry.kind, entry.id);
    const tries = failures.get(name) ?? 0;
    if (!PERHAPS_PASSING.includes(code) || tries >= TRIES_MAX)
      return { kind: "refused", code, detail: sentence ?? refusal.detail };
    failures.set(name, tries + 1);
    return { kind: "later", waitMs: retryAfterMs ?? Math.min(RETRY_MS * 2 ** tries, RETRY_MAX_MS) };
  }

  return {
    deliver,

    /** The server has refused a command. */
    refused(refusal: Refusal & { readonly command?: string; readonly id?: string }): void {
      const refused = awaited.get(`${refusal.command}:${refusal.id}`);
      refused?.answer(afterRefusal(refused.entry, refusal));
    },

    /** The socket is gone: nothing is known of what was on it. */
    giveUp(): void {
      for (const { answer } of [...awaited.values()]) answer({ kind: "offline" });
    },

    /** Which of `entries` these messages show to be done. What is under way with another meaning first has to arrive. */
    settle(messages: readonly Message[], entries: readonly OutboxEntry[]): readonly OutboxEntry[] {
      const byId = new Map(messages.map((message) => [message.id, message]));
      for (const { entry, answer } of [...awaited.values()]) {
        const message = byId.get(entry.id);
        if (message && isShown(entry, message)) answer({ kind: "done" });
      }
      return entries.filter((entry) => {
        const message = byId.get(entry.id);
        return message && isShown(entry, message) && !awaited.has(nameOf(entry.kind, entry.id));
      });
    },
  };
}

function nameOf(kind: OutboxEntry["kind"], id: string): string {
  return `${kind}:${id}`;
}

/** Whether a message is as the entry wants it. A rewrite of a message that is deleted never is: the server refuses it, and its words stay. */
function isShown(entry: OutboxEntry, message: Message): boolean {
  switch (entry.kind) {
    case "send":
      return true;
    case "edit":
      return message.deleted !== true && message.text === entry.text;
    case "delete":
      return message.deleted === true;
    case "react": {
      const same = message.reactions?.find(({ emoji }) => emoji === entry.emoji);
      const isThere = same?.people.some(({ id }) => id === entry.personId) ?? false;
      return message.deleted === true || isThere === entry.on;
    }
    default:
      return entry satisfies never;
  }
}

function commandOf(entry: OutboxEntry): ChannelCommand {
  const { id } = entry;
  switch (entry.kind) {
    case "send":
      return { type: entry.kind, id, ...contentOf(entry) };
    case "edit":
      return { type: entry.kind, id, text: entry.text };
    case "delete":
      return { type: entry.kind, id };
    case "react":
      return { type: entry.kind, id, emoji: entry.emoji, on: entry.on };
    default:
      return entry satisfies never;
  }
}

function request(api: typeof httpApi, entry: OutboxEntry): Promise<Answer<unknown>> {
  const { channelId, id } = entry;
  switch (entry.kind) {
    case "send":
      return api.send(channelId, { id, ...contentOf(entry) });
    case "edit":
      return api.edit(channelId, id, entry.text);
    case "delete":
      return api.remove(channelId, id);
    case "react":
      return api.react(channelId, id, entry.emoji, entry.on);
    default:
      return entry satisfies never;
  }
}

function contentOf({ text, replyTo, attachments }: Extract<OutboxEntry, { kind: "send" }>) {
  return {
    text,
    ...(replyTo !== undefined && { replyTo }),
    ...(attachments && { attachments: attachments.map(({ id }) => id) }),
  };
}
