import type { Store } from "../store.ts";
import { Notice } from "./Notice.tsx";

/** When nobody is in and nobody is asked for a name: the server cannot be reached, or the session ended elsewhere. */
export function Outside({ store }: { readonly store: Store }) {
  return store.phase.value === "ended" ? (
    <Notice
      title="You signed out elsewhere"
      text="This device no longer keeps anything of yours."
      action="Join again"
      onAction={() => void store.start()}
    />
  ) : (
    <Notice
      title="Flack cannot be reached"
      text="It will be tried again."
      action="Try now"
      onAction={() => void store.start()}
    />
  );
}
