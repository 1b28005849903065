/** A list begins with its last rows, about as many as the window shows: they are painted first, and the rows above them soon after. */
import { useEffect, useState } from "preact/hooks";

/** The height (px) of a row, taken low: most are higher, so that the first rows fill the list. */
const ROW_PX = 30;
/** So long (ms) after the first rows the others come: where one writes is there by then. */
const REST_AFTER_MS = 150;

/** `first` is for `slice`, which takes its whole part: all rows from there are shown. A list that has to lead to a message is whole at once. */
export function useFirstRows(isThere: boolean, isLed: boolean) {
  const [isWhole, setWhole] = useState(isLed);
  useEffect(() => {
    if (!isThere) return;
    const timer = setTimeout(setWhole, REST_AFTER_MS, true);
    return () => clearTimeout(timer);
  }, [isThere]);
  return { isWhole, first: isWhole || isLed ? 0 : -innerHeight / ROW_PX };
}
