import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Person } from "../../../worker/protocol/frames.ts";
import { WINDOW_MESSAGES } from "../../../worker/protocol/limits.ts";
import { t } from "../../i18n/i18n.ts";
import { route } from "../../state/route.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { clockTime, dayName } from "../composer/formats.ts";
import { Icon } from "../parts/icons.tsx";
import { isComposing } from "../parts/keys.ts";
import { lazy } from "../parts/lazy.tsx";
import { MessageItem } from "./MessageItem.tsx";
import { type Day, layOut, rowId } from "./timeline.ts";

const Empty = lazy(async () => (await import("../conversation/Empty.tsx")).Empty);

/** Whoever is this close (px) to the end is at the end, and stays there. */
const PINNED_PX = 48;
/** So long (ms) a message stands out that one was led to. */
const FLASH_MS = 2_000;

type Props = { readonly store: Store; readonly conversation: Conversation; readonly you: Person };

/** The messages: at the end it stays at the end; anywhere else it never moves the reader. */
export function MessageList({ store, conversation, you }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isPinned = useRef(true);
  const wasLed = useRef(false);
  const shown = useRef<readonly Day[]>([]);
  const anchor = useRef<{ readonly id: string; readonly top: number } | undefined>(undefined);
  const [seenSeq, setSeenSeq] = useState(0);
  const [tabStop, setTabStop] = useState<string>();
  const [isBusy, setBusy] = useState(true);
  /** The message one was just led to. */
  const [flashed, setFlashed] = useState<string>();
  const [isNewAbove, setNewAbove] = useState(false);
  const now = useMinute();
  const title = store.titleOf(conversation.channelId);
  const isDirect = !title.startsWith("#");
  const { messages, seq } = conversation.history.value;
  const epoch = conversation.epoch.value;
  const entries = store.outbox.value.filter((entry) => entry.epoch === store.openEpoch.value);
  const pending = entries.filter(({ kind }) => kind === "send").length;
  const newCount = isPinned.current ? 0 : seq - seenSeq;
  const days = layOut(messages, entries, you, shown.current);
  shown.current = days;
  const rows = days.flatMap((day) => day.rows);
  const stop = rows.some(({ id }) => id === tabStop) ? tabStop : rows.at(-1)?.id;
  const newAfter = conversation.newAfter.value ?? Number.POSITIVE_INFINITY;
  const news = rows.filter(({ seq: number = 0, isOwn }) => number > newAfter && !isOwn);
  const firstNew = news[0];
  const where = route.value;
  const asked = "seq" in where ? where.seq : undefined;
  const askedId = messages.find((message) => message.seq === asked)?.id;

  function toEnd(): void {
    const list = scroller.current;
    if (list) list.scrollTop = list.scrollHeight;
    isPinned.current = true;
    setSeenSeq(seq);
    if (document.hasFocus()) store.markRead();
  }

  // Before the end is shown, and all is read.
  useLayoutEffect(() => {
    if (epoch !== undefined) store.noteNew();
  }, [epoch]);
  useLayoutEffect(
    () => () => {
      conversation.newAfter.value = undefined;
    },
    [],
  );

  useLayoutEffect(() => {
    // Whoever was sent to a message is not at the end, and has not read it.
    if (asked !== undefined && epoch !== undefined && !wasLed.current) {
      isPinned.current = askedId === undefined;
      setSeenSeq(seq);
    }
    wasLed.current ||= epoch !== undefined;
    if (isPinned.current) toEnd();
    else holdStill();
  }, [messages, entries.length, epoch, firstNew?.id]);

  // History goes in while busy, so that it is not read out; only what comes after it is news.
  useEffect(() => setBusy(epoch === undefined), [epoch]);

  // What one says oneself is always shown.
  useLayoutEffect(() => {
    if (pending > 0) toEnd();
  }, [pending]);

  // The message that the address names is led to once it is there.
  useLayoutEffect(() => {
    if (askedId !== undefined) goTo(askedId);
  }, [askedId, where]);

  useLayoutEffect(lookForNew, [firstNew?.id, rows.length]);

  // A keyboard that comes up, a window that is resized: the end stays in sight.
  useEffect(() => {
    const list = scroller.current;
    if (!list) return;
    // The list itself by a keyboard or a window, its content by what a row says later: that it was not sent, or a picture.
    const observer = new ResizeObserver(() => {
      if (isPinned.current) list.scrollTop = list.scrollHeight;
    });
    observer.observe(list);
    if (content.current) observer.observe(content.current);
    const onFocus = () => isPinned.current && store.markRead();
    addEventListener("focus", onFocus);
    addEventListener("blur", store.noteNew);
    return () => {
      observer.disconnect();
      removeEventListener("focus", onFocus);
      removeEventListener("blur", store.noteNew);
    };
  }, []);

  /** Where the first row in sight stands: it stays there whatever comes below it or leaves above it. */
  function lookAround(list: HTMLElement): void {
    if (Math.abs(drift()) < 1) return; // held still: a new look would add up roundings
    const { top } = list.getBoundingClientRect();
    const row = [...list.querySelectorAll("li")].find((item) => item.getBoundingClientRect().bottom > top);
    anchor.current = row && { id: row.id, top: row.getBoundingClientRect().top };
  }

  function holdStill(): void {
    const moved = drift();
    if (Number.isFinite(moved)) scroller.current?.scrollBy(0, moved);
  }

  /** How far (px) that row is from where it stood; infinitely far if there is none. */
  function drift(): number {
    const row = document.getElementById(anchor.current?.id ?? "");
    return row && anchor.current ? row.getBoundingClientRect().top - anchor.current.top : Number.POSITIVE_INFINITY;
  }

  function onScroll(): void {
    const list = scroller.current;
    if (!list) return;
    const wasPinned = isPinned.current;
    isPinned.current = list.scrollHeight - list.scrollTop - list.clientHeight <= PINNED_PX;
    lookAround(list);
    lookForNew();
    if (isPinned.current && !wasPinned) toEnd();
    else if (!isPinned.current && wasPinned) setSeenSeq(seq);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { key, target } = event;
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey) return; // the keys of the whole app
    if (target instanceof Element && target.matches("input, textarea")) return; // those of a field in a row
    if (key === "Escape") {
      store.dismissNew();
      return document.getElementById("composer")?.focus();
    }
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -rows.length, End: rows.length }[key];
    const item = target instanceof Element ? target.closest("li") : null;
    if (step === undefined || !item) return;
    event.preventDefault();
    focusRow(rows.findIndex(({ id }) => item.id === rowId(id)) + step);
  }

  function focusRow(at: number): void {
    const row = rows[Math.min(Math.max(at, 0), rows.length - 1)];
    if (!row) return;
    setTabStop(row.id);
    document.getElementById(rowId(row.id))?.focus();
  }

  /** Leads to a message and makes it stand out for a moment. */
  function goTo(id: string): void {
    const row = document.getElementById(rowId(id));
    if (!row) return;
    isPinned.current = false;
    row.scrollIntoView({ block: "center" });
    setTabStop(id);
    setFlashed(id);
    setTimeout(setFlashed, FLASH_MS, undefined);
    row.focus({ preventScroll: true });
  }

  /** Whether what is new begins above what is in sight. */
  function lookForNew(): void {
    const line = scroller.current?.querySelector(".new-line");
    const top = scroller.current?.getBoundingClientRect().top ?? 0;
    setNewAbove(line !== undefined && line !== null && line.getBoundingClientRect().bottom < top);
  }

  // One and the same object for every row at all times, so that a row is shown anew only when it changes.
  const handlers = useRef({ remove, goTo }).current;
  Object.assign(handlers, { remove, goTo });

  function remove(removed: string): void {
    store.remove(conversation, removed);
    const at = rows.findIndex(({ id }) => id === removed);
    focusRow(at === rows.length - 1 ? at - 1 : at + 1);
  }

  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={isDirect ? t("Messages with {name}", { name: title }) : t("Messages in {name}", { name: title })}
        // The announcer speaks: a log would read out one's own messages too.
        aria-live="off"
        aria-relevant="additions"
        aria-busy={isBusy}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div ref={content} class="log-content">
          <div class="log-space" />
          {messages.length === WINDOW_MESSAGES && (
            <p class="cap-note">{t("Latest {n} messages are kept", { n: WINDOW_MESSAGES })}</p>
          )}
          {epoch === undefined && (
            <p class="cap-note late">{t(store.isConnected.value ? "Loading…" : "Waiting for the connection…")}</p>
          )}
          {epoch !== undefined && rows.length === 0 && <Empty title={title} isDirect={isDirect} />}
          {days.map(({ day, rows: dayRows }) => (
            <section key={day}>
              <h2 class="day-pill">
                <span>{dayName(day, now)}</span>
              </h2>
              <ol>
                {dayRows.map((row) => (
                  <MessageItem
                    key={row.id}
                    store={store}
                    conversation={conversation}
                    row={row}
                    isTabStop={row.id === stop}
                    isFirstNew={row.id === firstNew?.id}
                    isFlashed={row.id === flashed}
                    on={handlers}
                  />
                ))}
              </ol>
            </section>
          ))}
        </div>
      </div>
      {isNewAbove && firstNew && (
        <button type="button" class="button to-new" onClick={() => goTo(firstNew.id)}>
          {t("{n} new since {time}", { n: news.length, time: clockTime(firstNew.sentAt) })}
          <Icon name="up" />
        </button>
      )}
      {newCount > 0 && (
        <button
          type="button"
          class="button to-end"
          onClick={() => {
            toEnd();
            focusRow(rows.length - 1);
          }}
        >
          <Icon name="down" />
          {t("{n} new", { n: newCount })}
        </button>
      )}
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
