/** What is said of a connection that is down, the longer the plainer. There for as long as it is. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";

/** A break shorter than this (ms) is not shown. */
const UNNOTICED_MS = 1_000;
/** From here on (ms) it is called offline, and a button offers to try at once. */
const LONG_MS = 10_000;

export function Outage({ reconnect }: { readonly reconnect: () => void }) {
  const [length, setLength] = useState<"short" | "noticed" | "long">("short");
  useEffect(() => {
    const timers = [setTimeout(() => setLength("noticed"), UNNOTICED_MS), setTimeout(() => setLength("long"), LONG_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  if (length === "short") return null;
  if (length === "noticed") return <p class="outage">{t("Reconnecting… your messages will be sent")}</p>;
  return (
    <p class="outage">
      {t("Offline")}
      {" · "}
      <button type="button" class="link-button" onClick={reconnect}>
        {t("Try now")}
      </button>
    </p>
  );
}
