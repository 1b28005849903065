import { useEffect, useState } from "preact/hooks";
import { noticeZone } from "../composer/formats.ts";

/** The time (ms), told again every minute: days end. */
export function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      noticeZone();
      setNow(Date.now());
    }, 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
