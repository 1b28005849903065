/**
 * What is shown when the server has said that nothing goes on by itself: over the conversation where there is one, in its place where
 * there is none.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { CLOSE } from "../../../worker/protocol/errors.ts";
import { foldChannelName } from "../../../worker/protocol/names.ts";
import { kindOf } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import { channelHref, go, route } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { isDrawerOpen } from "../parts/sheets.ts";
import { Notice } from "./Notice.tsx";

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
        <Instead
          title={t("This channel was deleted")}
          text={t(
            store.unsent.value.length > 0
              ? "Its messages are gone. Your draft is under Unsent messages."
              : "Its messages are gone.",
          )}
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
    <Instead
      title={t("This conversation is not available to you")}
      text={
        store.unsent.value.length > 0
          ? t("Ask a member to add you. Your draft is under Unsent messages.")
          : t("Ask a member to add you.")
      }
    />
  );
}

/** A link to a channel that does not exist yet, or whose name is written in another way. */
function Missing({ store, reconnect }: Props) {
  const id = store.open.value?.channelId ?? "";
  const where = route.value;
  const folded = foldChannelName(id);
  const other = folded.ok && folded.name !== id ? folded.name : undefined;
  useEffect(() => {
    if (other !== undefined) go(channelHref(other), "replace");
  }, [other]);
  if (where.kind === "direct") return <NoConversation store={store} reconnect={reconnect} personId={where.personId} />;
  if (other !== undefined) return null;
  if (!folded.ok) return <Instead title={t("Page not found")} text={t("This address doesn't lead anywhere.")} />;
  return (
    <Instead
      title={t("{name} doesn't exist", { name: `#${id}` })}
      text={t("It was deleted, or no one has created it yet.")}
      action={t("Create {name}", { name: `#${id}` })}
      onAction={async () => {
        const answer = await store.createChannel({ name: id });
        if (answer.ok) reconnect();
        return answer;
      }}
    />
  );
}

/** An address of a conversation that has not begun. */
function NoConversation({ store, reconnect, personId }: Props & { readonly personId: string }) {
  const name = store.personOf(personId)?.name;
  if (name === undefined) return <Instead title={t("Person not found")} text={t("No one has this address.")} />;
  return (
    <Instead
      title={t("You haven't talked to {name} yet", { name })}
      action={t("Message {name}", { name })}
      onAction={async () => {
        const answer = await store.openDirect(personId);
        if (answer.ok) reconnect();
        return answer;
      }}
    />
  );
}

function goToGeneral(): void {
  go(channelHref("general"));
}

type InsteadProps = {
  readonly title: string;
  readonly text?: string;
  /** What would make the conversation, beside leaving. */
  readonly action?: string;
  readonly onAction?: () => Promise<{ readonly ok: true } | { readonly ok: false; readonly detail: string }>;
};

/** Hides the conversation's place and stands in it. */
function Instead({ title, text, action, onAction }: InsteadProps) {
  const page = useRef<HTMLElement>(null);
  const [refusal, setRefusal] = useState<string>();
  // What had the focus is hidden.
  useEffect(() => page.current?.focus(), []);
  async function act(): Promise<void> {
    const answer = await onAction?.();
    if (answer?.ok === false) setRefusal(answer.detail);
  }
  return (
    <main ref={page} class="main instead" tabIndex={-1} inert={isDrawerOpen.value}>
      {action === undefined ? (
        <Notice title={title} text={text} action={t("Go to #general")} onAction={goToGeneral} />
      ) : (
        <Notice title={title} text={refusal ?? text} action={action} onAction={() => void act()}>
          <button type="button" class="button quiet" onClick={goToGeneral}>
            {t("Go to #general")}
          </button>
        </Notice>
      )}
    </main>
  );
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
