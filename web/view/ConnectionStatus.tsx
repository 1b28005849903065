import { useEffect, useState } from "preact/hooks";
import type { Store } from "../store.ts";

/** A break shorter than this (ms) is nobody's business. */
const UNNOTICED_MS = 1_000;
/** From here on (ms) it is called offline, and a button offers to try at once. */
const LONG_MS = 10_000;

/** The one live region about the connection: always there, empty while all is well. */
export function ConnectionStatus({ store, reconnect }: { readonly store: Store; readonly reconnect: () => void }) {
  const isDown = !store.isConnected.value && store.stopped.value === undefined;
  const [length, setLength] = useState<"none" | "noticed" | "long">("none");
  useEffect(() => {
    setLength("none");
    if (!isDown) return;
    const noticed = setTimeout(() => setLength("noticed"), UNNOTICED_MS);
    const long = setTimeout(() => setLength("long"), LONG_MS);
    return () => {
      clearTimeout(noticed);
      clearTimeout(long);
    };
  }, [isDown]);
  const shown = isDown ? length : "none";
  return (
    <div class={shown === "none" ? "connection" : "connection down"}>
      <span role="status" aria-label="Connection">
        {shown === "noticed" && "Reconnecting… your messages will be sent"}
        {shown === "long" && "Offline"}
      </span>
      {shown === "long" && (
        <button type="button" class="link-button" onClick={reconnect}>
          Try now
        </button>
      )}
    </div>
  );
}
