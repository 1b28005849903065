import { useEffect, useState } from "preact/hooks";
import { foldChannelName } from "../../worker/names.ts";
import { CLOSE } from "../../worker/protocol.ts";
import { channelHref, go, route } from "../route.ts";
import type { Store } from "../store.ts";
import { Dialog } from "./Dialog.tsx";

type Props = { readonly store: Store; readonly reconnect: () => void };

/** Over everything, when the server has said that nothing goes on by itself. */
export function Stopped({ store, reconnect }: Props) {
  const code = store.stopped.value;
  switch (code) {
    case undefined:
    case CLOSE.sessionEnded: // the whole screen says so
      return null;
    case CLOSE.replaced:
      return (
        <Reason
          title="Open in too many windows"
          text="Flack keeps eight windows of one person connected. Using it here disconnects the oldest of the others."
          action="Use here"
          onAction={reconnect}
        />
      );
    case CLOSE.channelGone:
      return store.openEpoch.value === undefined ? (
        <Missing store={store} reconnect={reconnect} />
      ) : (
        <Reason
          title="This channel was deleted"
          text="Its messages are gone."
          action="Go to #general"
          onAction={goToGeneral}
        />
      );
    default:
      return (
        <Reason
          title="Something went wrong"
          text="What you have written is kept."
          action="Reload"
          onAction={() => location.reload()}
        />
      );
  }
}

/** A link to a channel that nobody has made yet, or whose name is written in another way there. */
function Missing({ store, reconnect }: Props) {
  const id = store.open.value?.channelId ?? "";
  const [refusal, setRefusal] = useState<string>();
  const where = route.value;
  const folded = foldChannelName(id);
  const other = folded.ok && folded.name !== id ? folded.name : undefined;
  useEffect(() => {
    if (other !== undefined) go(channelHref(other), "replace");
  }, [other]);
  if (where.kind === "direct") return <NoConversation store={store} reconnect={reconnect} personId={where.personId} />;
  if (other !== undefined) return null;
  if (!folded.ok) {
    return (
      <Reason
        title="There is nothing here"
        text="This address leads nowhere."
        action="Go to #general"
        onAction={goToGeneral}
      />
    );
  }
  return (
    <Dialog title={`There is no #${id} here`}>
      <p class={refusal ? "hint complaint" : "hint"} role="status">
        {refusal ?? "Nobody has made it yet, or it was deleted."}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button quiet" onClick={goToGeneral}>
          Go to #general
        </button>
        <button
          type="button"
          class="button primary"
          onClick={async () => {
            const answer = await store.createChannel(id);
            if (answer.ok) reconnect();
            else setRefusal(answer.detail);
          }}
        >
          Create #{id}
        </button>
      </div>
    </Dialog>
  );
}

/** An address of a conversation that nobody has begun. */
function NoConversation({ store, reconnect, personId }: Props & { readonly personId: string }) {
  const [refusal, setRefusal] = useState<string>();
  const name = store.personOf(personId)?.name;
  return (
    <Dialog title={name === undefined ? "There is nobody here" : `You and ${name} have not talked yet`}>
      <p class={refusal ? "hint complaint" : "hint"} role="status">
        {refusal ?? (name === undefined ? "This address names nobody." : "Only the two of you will see it.")}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button quiet" onClick={goToGeneral}>
          Go to #general
        </button>
        {name !== undefined && (
          <button
            type="button"
            class="button primary"
            onClick={async () => {
              const answer = await store.openDirect(personId);
              if (answer.ok) reconnect();
              else setRefusal(answer.detail);
            }}
          >
            Message {name}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function goToGeneral(): void {
  go(channelHref("general"));
}

type ReasonProps = {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onAction: () => void;
};

function Reason({ title, text, action, onAction }: ReasonProps) {
  return (
    <Dialog title={title}>
      <p class="hint">{text}</p>
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={onAction}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
