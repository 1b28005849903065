/** Over everything, when the server has said that nothing goes on by itself. */
import { useEffect, useState } from "preact/hooks";
import { CLOSE } from "../../../worker/protocol/errors.ts";
import { foldChannelName } from "../../../worker/protocol/names.ts";
import { kindOf } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import { channelHref, go, route } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

type Props = { readonly store: Store; readonly reconnect: () => void };

export function Stopped({ store, reconnect }: Props) {
  const code = store.stopped.value;
  switch (code) {
    case undefined:
    case CLOSE.sessionEnded: // the whole screen says so
      return null;
    case CLOSE.replaced:
      return (
        <Reason
          title={t("Open in too many windows")}
          text={t("You can have eight windows connected at once. Using this one disconnects the oldest.")}
          action={t("Use here")}
          onAction={reconnect}
        />
      );
    case CLOSE.channelGone:
      if (kindOf(store.open.value?.channelId ?? "") === "private") return <NotYours store={store} />;
      return store.openEpoch.value === undefined ? (
        <Missing store={store} reconnect={reconnect} />
      ) : (
        <Reason
          title={t("This channel was deleted")}
          text={t(
            store.unsent.value.length > 0
              ? "Its messages are gone. Your draft is under Unsent messages."
              : "Its messages are gone.",
          )}
          action={t("Go to #general")}
          onAction={goToGeneral}
        />
      );
    default:
      return (
        <Reason
          title={t("Something went wrong")}
          text={t("Your draft is kept.")}
          action={t("Reload")}
          onAction={() => location.reload()}
        />
      );
  }
}

/** A private conversation that is gone, that the person is in no more, or never was: which of these, no one is told. */
function NotYours({ store }: Pick<Props, "store">) {
  return (
    <Reason
      title={t("This conversation is not available to you")}
      text={
        store.unsent.value.length > 0
          ? t("Ask a member to add you. Your draft is under Unsent messages.")
          : t("Ask a member to add you.")
      }
      action={t("Go to #general")}
      onAction={goToGeneral}
    />
  );
}

/** A link to a channel that does not exist yet, or whose name is written in another way. */
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
        title={t("Page not found")}
        text={t("This address doesn't lead anywhere.")}
        action={t("Go to #general")}
        onAction={goToGeneral}
      />
    );
  }
  return (
    <Dialog title={t("{name} doesn't exist", { name: `#${id}` })}>
      <p class={refusal ? "hint complaint" : "hint"} role="status">
        {refusal ?? t("It was deleted, or no one has created it yet.")}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button quiet" onClick={goToGeneral}>
          {t("Go to #general")}
        </button>
        <button
          type="button"
          class="button primary"
          onClick={async () => {
            const answer = await store.createChannel({ name: id });
            if (answer.ok) reconnect();
            else setRefusal(answer.detail);
          }}
        >
          {t("Create {name}", { name: `#${id}` })}
        </button>
      </div>
    </Dialog>
  );
}

/** An address of a conversation that has not begun. */
function NoConversation({ store, reconnect, personId }: Props & { readonly personId: string }) {
  const [refusal, setRefusal] = useState<string>();
  const name = store.personOf(personId)?.name;
  return (
    <Dialog title={name === undefined ? t("Person not found") : t("You haven't talked to {name} yet", { name })}>
      <p class={refusal ? "hint complaint" : "hint"} role="status">
        {refusal ?? (name === undefined && t("No one has this address."))}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button quiet" onClick={goToGeneral}>
          {t("Go to #general")}
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
            {t("Message {name}", { name })}
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
