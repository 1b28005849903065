import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { WINDOW_MESSAGES } from "../../worker/protocol.ts";
import type { Conversation, Store } from "../store.ts";
import { Icon } from "./icons.tsx";
import { MessageItem } from "./MessageItem.tsx";
import { layOut } from "./timeline.ts";
import { dayName } from "./times.ts";

/** Whoever is this close (px) to the end is at the end, and stays there. */
const PINNED_PX = 48;

/** The messages: at the end it stays at the end; anywhere else it never moves the reader. */
export function MessageList({ store, conversation }: { readonly store: Store; readonly conversation: Conversation }) {
  const scroller = useRef<HTMLDivElement>(null);
  const isPinned = useRef(true);
  const [seenSeq, setSeenSeq] = useState(0);
  const [tabStop, setTabStop] = useState<string>();
  const now = useMinute();
  const you = store.person.value;
  const { messages, seq } = conversation.history.value;
  const epoch = conversation.epoch.value;
  const entries = store.outbox.value.filter((entry) => entry.epoch === store.openEpoch.value);
  const pending = entries.filter(({ kind }) => kind === "send").length;
  const newCount = isPinned.current ? 0 : seq - seenSeq;
  if (!you) return null;
  const days = layOut(messages, entries, you);
  const rows = days.flatMap((day) => day.rows);
  const stop = rows.some(({ id }) => id === tabStop) ? tabStop : rows.at(-1)?.id;

  function toEnd(): void {
    const list = scroller.current;
    if (list) list.scrollTop = list.scrollHeight;
    isPinned.current = true;
    setSeenSeq(seq);
    if (document.hasFocus()) store.markRead();
  }

  useLayoutEffect(() => {
    if (isPinned.current) toEnd();
  }, [messages, entries.length, epoch]);

  // What one says oneself is always shown.
  useLayoutEffect(() => {
    if (pending > 0) toEnd();
  }, [pending]);

  // A keyboard that comes up, a window that is resized: the end stays in sight.
  useEffect(() => {
    const list = scroller.current;
    if (!list) return;
    const observer = new ResizeObserver(() => {
      if (isPinned.current) list.scrollTop = list.scrollHeight;
    });
    observer.observe(list);
    const onFocus = () => isPinned.current && store.markRead();
    addEventListener("focus", onFocus);
    return () => {
      observer.disconnect();
      removeEventListener("focus", onFocus);
    };
  }, []);

  function onScroll(): void {
    const list = scroller.current;
    if (!list) return;
    const wasPinned = isPinned.current;
    isPinned.current = list.scrollHeight - list.scrollTop - list.clientHeight <= PINNED_PX;
    if (isPinned.current && !wasPinned) toEnd();
    else if (!isPinned.current && wasPinned) setSeenSeq(seq);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -rows.length, End: rows.length }[event.key];
    if (step === undefined || !(event.target instanceof HTMLLIElement)) return;
    event.preventDefault();
    const at = rows.findIndex(({ id }) => id === stop) + step;
    const target = rows[Math.min(Math.max(at, 0), rows.length - 1)];
    if (!target) return;
    setTabStop(target.id);
    document.getElementById(`message-${target.id}`)?.focus();
  }

  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={`Messages in #${conversation.channelId}`}
        aria-relevant="additions"
        aria-busy={epoch === undefined}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div class="log-space" />
        {messages.length === WINDOW_MESSAGES && (
          <p class="cap-note">Only the latest {WINDOW_MESSAGES} messages are kept here.</p>
        )}
        {epoch !== undefined && rows.length === 0 && <Empty channelId={conversation.channelId} />}
        {days.map(({ day, rows: dayRows }) => (
          <section key={day}>
            <h2 class="day-pill">
              <span>{dayName(day, now)}</span>
            </h2>
            <ol>
              {dayRows.map((row) => (
                <MessageItem key={row.id} store={store} row={row} isTabStop={row.id === stop} />
              ))}
            </ol>
          </section>
        ))}
      </div>
      {newCount > 0 && (
        <button type="button" class="button to-end" onClick={toEnd}>
          <Icon name="down" />
          {newCount} new
        </button>
      )}
    </div>
  );
}

function Empty({ channelId }: { readonly channelId: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div class="empty">
      <h2>
        <bdi>#{channelId}</bdi> is brand new.
      </h2>
      <p>Say hello 👋</p>
      <button
        type="button"
        class="button quiet"
        onClick={async () => {
          await navigator.clipboard.writeText(location.href);
          setCopied(true);
        }}
      >
        {isCopied ? "Copied" : "Copy link"}
      </button>
    </div>
  );
}

/** The time (ms), told again every minute: days end. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
