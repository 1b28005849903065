/** The messages: at the end it stays at the end; anywhere else it never moves the reader. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { WINDOW_MESSAGES } from "../../../worker/protocol/limits.ts";
import type { Message, Person } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { route } from "../../state/route.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { clockTime, dayName } from "../parts/formats.ts";
import { Icon } from "../parts/icons.tsx";
import { isComposing } from "../parts/keys.ts";
import { lazy } from "../parts/lazy.tsx";
import { MessageItem } from "./MessageItem.tsx";
import type { Popup } from "./MessagePopup.tsx";
import { createMessageCommands, type ShownList } from "./message-commands.ts";
import { showScrolling } from "./show-scrolling.ts";
import { type Day, layOut, rowId } from "./timeline.ts";
import { useFirstRows } from "./useFirstRows.ts";
import { useMinute } from "./useMinute.ts";
import { useRovingFocus } from "./useRovingFocus.ts";
import { useScrollAnchor } from "./useScrollAnchor.ts";
import { useUnreadLine } from "./useUnreadLine.ts";

const MessagePopup = lazy(async () => (await import("./MessagePopup.tsx")).MessagePopup);
const Empty = lazy(async () => (await import("../conversation/Empty.tsx")).Empty);

/** So long (ms) a message stands out that one was led to. */
const FLASH_MS = 2_000;

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly you: Person;
  /** What the list tells those beside it. */
  readonly shown: RefObject<ShownList>;
};

export function MessageList({ store, conversation, you, shown }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const anchor = useScrollAnchor(scroller, content);
  const wasLed = useRef(false);
  const laidOut = useRef<readonly Day[]>([]);
  const [seenSeq, setSeenSeq] = useState(0);
  const [isBusy, setBusy] = useState(true);
  /** The message the reader was just led to. */
  const [flashed, setFlashed] = useState<string>();
  /** What is shown beside a message, and where. */
  const [popup, setPopup] = useState<Popup>();
  const now = useMinute(store.now);
  const title = store.titleOf(conversation.channelId);
  const isDirect = !title.startsWith("#");
  const { messages, seq } = conversation.history.value;
  const epoch = conversation.epoch.value;
  const entries = store.outbox.value.filter((entry) => entry.epoch === store.openEpoch.value);
  const pending = entries.filter(({ kind }) => kind === "send").length;
  const isNew = ({ seq: at, author, deleted }: Message) => at > seenSeq && author.id !== you.id && !deleted;
  const newCount = anchor.isPinned.current ? 0 : messages.filter(isNew).length;
  const where = route.value;
  const asked = "seq" in where ? where.seq : undefined;
  const first = useFirstRows(epoch !== undefined, asked !== undefined);
  const days = layOut(messages.slice(first), entries, { you, now: store.now() }, laidOut.current);
  laidOut.current = days;
  const rows = days.flatMap((day) => day.rows);
  const focus = useRovingFocus(rows.map(({ id }) => rowId(id)));
  const unread = useUnreadLine(store, conversation, { rows, scroller });
  const askedId = messages.find((message) => message.seq === asked)?.id;

  function toEnd(): void {
    anchor.toEnd();
    setSeenSeq(seq);
    if (document.hasFocus()) store.markRead(conversation);
  }

  useLayoutEffect(() => {
    // A reader who was sent to a message is not at the end, and has not read it.
    if (asked !== undefined && epoch !== undefined && !wasLed.current) {
      anchor.isPinned.current = askedId === undefined;
      setSeenSeq(seq);
    }
    wasLed.current ||= epoch !== undefined;
    if (anchor.isPinned.current) toEnd();
    else anchor.hold();
  }, [messages, entries.length, epoch, first, unread.first?.id]);

  // History goes in while busy, so that it is not read out; only what comes after it is news.
  useEffect(() => setBusy(epoch === undefined || first < 0), [epoch, first]);

  // An own message is shown as it is sent. What is confirmed later moves no reader.
  const pendingBefore = useRef(pending);
  useLayoutEffect(() => {
    if (pending > pendingBefore.current) toEnd();
    pendingBefore.current = pending;
  }, [pending]);

  // The message that the address names is led to once it is there.
  useLayoutEffect(() => {
    if (askedId !== undefined) goTo(askedId);
  }, [askedId, where]);

  useEffect(() => {
    const onFocus = () => anchor.isPinned.current && store.markRead(conversation);
    const onBlur = () => store.noteNew(conversation);
    addEventListener("focus", onFocus);
    addEventListener("blur", onBlur);
    return () => {
      removeEventListener("focus", onFocus);
      removeEventListener("blur", onBlur);
    };
  }, []);

  function onScroll(): void {
    const wasPinned = anchor.isPinned.current;
    anchor.noticeScroll();
    unread.look();
    if (anchor.isPinned.current && !wasPinned) toEnd();
    else if (!anchor.isPinned.current && wasPinned) setSeenSeq(seq);
    if (!anchor.isPinned.current && scroller.current) showScrolling(scroller.current);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { target } = event;
    if (isComposing(event) || !(target instanceof HTMLElement) || target.matches("input, textarea")) return;
    focus.onKeyDown(event);
  }

  /** Leads to a message and makes it stand out for a moment. */
  function goTo(id: string): void {
    const row = document.getElementById(rowId(id));
    if (!row) return;
    anchor.isPinned.current = false;
    row.scrollIntoView({ block: "center" });
    focus.setStop(row.id);
    setFlashed(id);
    setTimeout(setFlashed, FLASH_MS, undefined);
    row.focus({ preventScroll: true });
  }

  function focusBeside(removed: string): void {
    const at = rows.findIndex(({ id }) => id === removed);
    focus.focusAt(at === rows.length - 1 ? at - 1 : at + 1);
  }

  // The same objects for every row at all times, so that a row is shown anew only when it changes.
  const list = useRef({ focusBeside, goTo }).current;
  Object.assign(list, { focusBeside, goTo });
  const commands = useMemo(
    () =>
      createMessageCommands(store, conversation, {
        focusBeside: (id) => list.focusBeside(id),
        pickEmoji: (id, beside) => setPopup({ kind: "emoji", id, beside }),
        refused: (id, why) => setPopup({ kind: "refused", id, why }),
        more: (id, beside) => setPopup({ kind: "menu", id, beside }),
      }),
    [],
  );
  const on = useMemo(() => ({ commands, goTo: (id: string) => list.goTo(id) }), []);
  shown.current = { commands, rows };

  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={isDirect ? t("Messages with {name}", { name: title }) : t("Messages in {name}", { name: title })}
        // The announcer speaks: a log would read out own messages too.
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
          {epoch !== undefined && rows.length === 0 && <Empty store={store} channelId={conversation.channelId} />}
          {days.map(({ day, rows: dayRows }) => (
            <section key={day}>
              {/* The same words at the same place: the one stays behind when the other is scrolled with. */}
              <p class="day-pill" aria-hidden="true">
                <span>{dayName(day, now)}</span>
              </p>
              <h2 class="day-line">
                <span>{dayName(day, now)}</span>
              </h2>
              <ol>
                {dayRows.map((row) => (
                  <MessageItem
                    key={row.id}
                    store={store}
                    conversation={conversation}
                    row={row}
                    name={store.nameOf(row.author)}
                    isTabStop={rowId(row.id) === focus.stop}
                    isFirstNew={row.id === unread.first?.id}
                    isFlashed={row.id === flashed}
                    on={on}
                  />
                ))}
              </ol>
            </section>
          ))}
          {asked !== undefined && epoch !== undefined && askedId === undefined && (
            <p class="cap-note" role="status">
              {t("This message is no longer kept")}
            </p>
          )}
        </div>
      </div>
      {unread.isAbove && unread.first && (
        <button type="button" class="button to-new" onClick={() => unread.first && goTo(unread.first.id)}>
          {t("{n} new since {time}", { n: unread.count, time: clockTime(unread.first.sentAt) })}
          <Icon name="up" />
        </button>
      )}
      {popup && (
        <MessagePopup
          store={store}
          conversation={conversation}
          popup={popup}
          commands={commands}
          onClose={() => setPopup(undefined)}
        />
      )}
      {newCount > 0 && (
        <button
          type="button"
          class="button to-end"
          onClick={() => {
            toEnd();
            focus.focusAt(rows.length - 1);
          }}
        >
          <Icon name="down" />
          {t("{n} new", { n: newCount })}
        </button>
      )}
    </div>
  );
}
