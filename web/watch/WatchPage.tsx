/** The guest's page: what is watched, the messages, and the way in. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { layOut } from "../view/messages/timeline.ts";
import { dayName } from "../view/parts/formats.ts";
import { WatchedMessage } from "./WatchedMessage.tsx";
import type { Watched } from "./watched.ts";

/** As near (px) to the end as counts as being there: what comes then is followed. */
const NEAR_PX = 48;
/** A guest has written nothing. */
const GUEST = { id: "", name: "" };

type Props = { readonly watched: Watched; readonly path: string };

export function WatchPage({ watched, path }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [isBusy, setBusy] = useState(true);
  const { messages } = watched.history.value;
  const about = watched.about.value;
  const name = about ? `#${about.channel.name}` : "";
  const isLive = watched.connection.value.kind === "live";
  useLayoutEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  });
  // The history goes in while the list is busy, so that it is not read out.
  useEffect(() => {
    if (isLive) setBusy(false);
  }, [isLive]);
  if (watched.isClosed.value) {
    return (
      <main class="stopped">
        <h1>{t("This link was closed")}</h1>
        <p>{t("Ask the person who shared it for a new one.")}</p>
        <a class="button primary" href="/">
          {t("Go to the start")}
        </a>
      </main>
    );
  }
  if (watched.connection.value.kind === "stopped") {
    return (
      <main class="stopped">
        <h1>{t("Something went wrong")}</h1>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          {t("Reload")}
        </button>
      </main>
    );
  }
  const days = layOut(messages, [], { you: GUEST, now: Date.now() });
  return (
    <main class="watch">
      <header class="watch-head">
        <h1>
          <bdi>{t("Watching {name}", { name })}</bdi>
        </h1>
        <span class="watch-count">{t("{n} watching", { n: watched.count.value })}</span>
        <span class="watch-connection" role="status" aria-label={t("Connection")}>
          {!isLive && messages.length > 0 && t("Reconnecting…")}
        </span>
        {about && (
          <a class="button primary" href={`/c/${encodeURIComponent(about.channel.name)}`}>
            {t("Join the conversation")}
          </a>
        )}
        {about?.channel.topic && (
          <p class="watch-topic" dir="auto">
            {about.channel.topic}
          </p>
        )}
      </header>
      <div
        ref={list}
        class="messages"
        role="log"
        aria-label={t("Messages in {name}", { name })}
        aria-relevant="additions"
        aria-busy={isBusy}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys, and nothing in it may be there to reach
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
        }}
        // A picture that has its size now moves the end.
        onLoadCapture={() => {
          if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
        }}
      >
        {isLive && messages.length === 0 && <p class="hint">{t("No messages yet.")}</p>}
        {days.map(({ day, rows }) => (
          <section key={day}>
            <h2 class="day-line">
              <span>{dayName(day, Date.now())}</span>
            </h2>
            <ol>
              {rows.map((row) => (
                <WatchedMessage key={row.id} row={row} messages={messages} path={path} />
              ))}
            </ol>
          </section>
        ))}
      </div>
    </main>
  );
}
