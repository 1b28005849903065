/** A list begins with its last rows, about as many as the window shows: they are painted first, and the rows above them soon after. */
import { useEffect, useState } from "preact/hooks";

/** About the height (px) of a row: a name makes it higher, a line below the same name is lower. */
const ROW_PX = 30;
/** The other rows come this long (ms) after the first ones. The composer is there by then. */
const REST_AFTER_MS = 150;

/**
 * Where the shown rows begin, for `slice`, which takes the whole part of the number: 0 for all of them. A list that has to lead to
 * a message is whole at once.
 */
export function useFirstRows(isThere: boolean, isLed: boolean): number {
  const [isWhole, setWhole] = useState(isLed);
  useEffect(() => {
    if (!isThere) return;
    const timer = setTimeout(setWhole, REST_AFTER_MS, true);
    return () => clearTimeout(timer);
  }, [isThere]);
  return isWhole || isLed ? 0 : -innerHeight / ROW_PX;
}
