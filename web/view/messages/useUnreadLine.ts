/** Where what is new begins: the line above the first new message, and whether it is above what is in sight. */
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Conversation, Store } from "../../state/store.ts";
import type { MessageRow } from "./timeline.ts";

export function useUnreadLine(
  store: Store,
  conversation: Conversation,
  { rows, scroller }: { readonly rows: readonly MessageRow[]; readonly scroller: RefObject<HTMLElement | null> },
) {
  const [isAbove, setAbove] = useState(false);
  const epoch = conversation.epoch.value;
  const after = conversation.newAfter.value ?? Number.POSITIVE_INFINITY;
  const news = rows.filter(({ seq = 0, isOwn, isTombstone }) => seq > after && !isOwn && !isTombstone);
  const first = news[0];

  function look(): void {
    const list = scroller.current;
    const line = list?.querySelector(".new-line");
    // Places are asked for where there is a line alone: the answer costs a layout.
    setAbove(Boolean(line && list && line.getBoundingClientRect().bottom < list.getBoundingClientRect().top));
  }

  // Before the end is shown, and all is read.
  useLayoutEffect(() => {
    if (epoch !== undefined) store.noteNew(conversation);
  }, [epoch]);
  useLayoutEffect(
    () => () => {
      conversation.newAfter.value = undefined;
    },
    [],
  );
  useLayoutEffect(look, [first?.id, rows.length]);

  return { first, count: news.length, isAbove, look };
}
