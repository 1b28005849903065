/**
 * What comes while the person is here, for screen readers: messages of others, each with its author, and a crowd of them as
 * a number. The log itself is silent: it cannot tell own messages, or history, from news.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { quoted } from "../../state/quoted.ts";
import type { Conversation, Store } from "../../state/store.ts";

/** What comes within this time (ms) is told together. */
const BATCH_MS = 1_000;
/** What was announced leaves the page after this time (ms): it may be deleted meanwhile. */
const KEPT_MS = 5_000;
/** More than so many are counted, not read. */
const READ_MAX = 5;

/** `id` is that of the message which is read out. */
type Line = { readonly id?: string; readonly text: string };

export function Announcer({ store, conversation }: { readonly store: Store; readonly conversation: Conversation }) {
  const [told, setTold] = useState<{ readonly turn: number; readonly lines: readonly Line[] }>({
    turn: 0,
    lines: [],
  });
  const heardSeq = useRef<number | undefined>(undefined);
  const waiting = useRef<Message[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const clearing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const epoch = conversation.epoch.value;
  const { seq, messages } = conversation.history.value;
  const isLive = store.channelLink.value.kind === "live";

  useEffect(() => {
    heardSeq.current = undefined;
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
      waiting.current = [];
    };
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
      // As they are by now: a message may be deleted already.
      const ids = new Set(waiting.current.map(({ id }) => id));
      const gathered = conversation.history.peek().messages.filter(({ id, deleted }) => ids.has(id) && !deleted);
      waiting.current = [];
      timer.current = undefined;
      const lines =
        gathered.length > READ_MAX
          ? [{ text: t("{n} new messages", { n: gathered.length }) }]
          : gathered.map((one) => ({ id: one.id, text: `${store.nameOf(one.author)}: ${quoted(store, one)}` }));
      setTold(({ turn }) => ({ turn: turn + 1, lines }));
      clearTimeout(clearing.current);
      clearing.current = setTimeout(() => setTold(({ turn }) => ({ turn, lines: [] })), KEPT_MS);
    }, BATCH_MS);
  }, [epoch, messages, isLive]);

  return (
    <div class="visually-hidden" role="status" aria-label={t("New messages")}>
      {told.lines
        .filter(({ id }) => !messages.some((one) => one.id === id && one.deleted))
        .map(({ text }, n) => (
          // What was said is not said again; the same words a second time are.
          <p key={`${told.turn} ${n}`}>{text}</p>
        ))}
    </div>
  );
}
