import { CLOSE } from "../../worker/protocol.ts";
import { channelHref, go } from "../route.ts";
import type { Store } from "../store.ts";
import { Dialog } from "./Dialog.tsx";

/** Over everything, when the server has said that nothing goes on by itself. */
export function Stopped({ store, reconnect }: { readonly store: Store; readonly reconnect: () => void }) {
  const code = store.stopped.value;
  switch (code) {
    case undefined:
    case CLOSE.sessionEnded: // the whole screen says so
      return null;
    case CLOSE.replaced:
      return <Reason title="Open in too many windows" action="Use here" onAction={reconnect} />;
    case CLOSE.channelGone:
      return store.openEpoch.value === undefined ? (
        <Missing store={store} />
      ) : (
        <Reason title="This channel was deleted" action="Go to #general" onAction={() => go(channelHref("general"))} />
      );
    default:
      return <Reason title="Something went wrong" action="Reload" onAction={() => location.reload()} />;
  }
}

/** A link to a channel that nobody has made. */
function Missing({ store }: { readonly store: Store }) {
  const id = store.open.value?.channelId ?? "";
  return (
    <Reason title={`There is no #${id} here`} action="Go to #general" onAction={() => go(channelHref("general"))} />
  );
}

function Reason({ title, action, onAction }: { title: string; action: string; onAction: () => void }) {
  return (
    <Dialog title={title}>
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={onAction}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
