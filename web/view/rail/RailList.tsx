/** The conversations of a section. A thousand are drawn a piece at a time, so that no task is long. */
import { useEffect, useState } from "preact/hooks";
import type { Store } from "../../state/store.ts";
import { ChannelLink, type ChannelLinkActions } from "./ChannelLink.tsx";
import type { RailRow } from "./rail-rows.ts";

/** Rows that are drawn in one task. */
const PIECE_ROWS = 30;

type Props = ChannelLinkActions & { readonly store: Store; readonly rows: readonly RailRow[] };

export function RailList({ rows, ...rest }: Props) {
  const [drawn, setDrawn] = useState(PIECE_ROWS);
  // There is room for one more piece than there are rows, also when they become fewer: what comes back comes in pieces too.
  const next = Math.min(drawn, rows.length) + PIECE_ROWS;
  useEffect(() => {
    if (drawn === next) return;
    const timer = setTimeout(setDrawn, 0, next);
    return () => clearTimeout(timer);
  }, [drawn, next]);
  return (
    <ul class="rail-list">
      {rows.slice(0, drawn).map((row) => (
        <ChannelLink key={row.channel.epoch} row={row} {...rest} />
      ))}
    </ul>
  );
}
