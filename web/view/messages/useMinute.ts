/** The time (ms) by this clock, read again every minute: days end. */
import { useEffect, useState } from "preact/hooks";
import { noticeZone } from "../parts/formats.ts";

export function useMinute(clock: () => number): number {
  const [now, setNow] = useState(clock);
  useEffect(() => {
    const timer = setInterval(() => {
      noticeZone();
      setNow(clock());
    }, 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
