import { useEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../worker/frames.ts";
import type { Conversation, Store } from "../store.ts";
import { t } from "../words.ts";
import { quoted } from "./Quote.tsx";

/** What comes within this time (ms) is told together. */
const GATHER_MS = 1_000;
/** More than so many are counted, not read. */
const READ_MAX = 5;

/**
 * What comes while one is here, for whoever hears the screen: others' messages, each with its author, and a crowd of them as
 * a number. The log itself is silent: it cannot tell one's own messages, or history, from news.
 */
export function Announcer({ store, conversation }: { readonly store: Store; readonly conversation: Conversation }) {
  const [lines, setLines] = useState<readonly string[]>([]);
  const heardSeq = useRef<number | undefined>(undefined);
  const waiting = useRef<Message[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const epoch = conversation.epoch.value;
  const { seq, messages } = conversation.history.value;
  const isLive = store.channelLink.value.kind === "live";

  useEffect(() => {
    heardSeq.current = undefined;
    return () => clearTimeout(timer.current);
  }, [epoch]);
  useEffect(() => {
    const before = heardSeq.current;
    if (epoch === undefined || !isLive) return;
    heardSeq.current = seq;
    if (before === undefined) return; // history
    const news = messages.filter(
      (one) => one.seq > before && one.author.id !== store.person.peek()?.id && !one.deleted,
    );
    if (news.length === 0) return;
    waiting.current.push(...news);
    timer.current ??= setTimeout(() => {
      const gathered = waiting.current;
      waiting.current = [];
      timer.current = undefined;
      setLines(
        gathered.length > READ_MAX
          ? [t("{n} new messages", { n: gathered.length })]
          : gathered.map((one) => `${one.author.name}: ${quoted(store, one)}`),
      );
    }, GATHER_MS);
  }, [epoch, messages, isLive]);

  return (
    <div class="visually-hidden" role="status" aria-label={t("New messages")}>
      {lines.map((line, n) => (
        <p key={`${seq} ${n}`}>{line}</p>
      ))}
    </div>
  );
}
