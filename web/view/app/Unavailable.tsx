/** The page that stands where a conversation would stand, when the address leads nowhere or the conversation is gone. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { foldChannelName } from "../../../worker/protocol/names.ts";
import { kindOf } from "../../../worker/protocol/text.ts";
import { rich, t } from "../../i18n/i18n.ts";
import type { Answer } from "../../network/api.ts";
import { channelHref, go, route } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon, Mark } from "../parts/icons.tsx";
import { followEdgeSwipe } from "./edge-swipe.ts";
import { Keys } from "./keyboard.ts";
import "../details/styles.ts";

type Props = {
  readonly store: Store;
  /** Connects to the conversation again, once it exists. */
  readonly reconnect: () => void;
  readonly onOpenRail: () => void;
};

/** The keys of the message list have no list to act on here. */
const NO_LIST = { current: null };

export function Unavailable({ store, reconnect, onOpenRail }: Props) {
  const where = route.value;
  const name = where.kind === "channel" && kindOf(where.id) === "public" ? `#${where.id}` : undefined;
  useEffect(followEdgeSwipe, []);
  return (
    <div class="conversation">
      <header class={name === undefined ? "conversation-head nameless" : "conversation-head"}>
        <IconButton
          name={t("Open conversations")}
          id="open-conversations"
          class="rail-open-button"
          onClick={onOpenRail}
        >
          <Icon name="menu" />
        </IconButton>
        {name !== undefined && (
          <bdi class="unavailable-name" aria-hidden="true">
            {name}
          </bdi>
        )}
      </header>
      <Reason key={location.pathname} store={store} reconnect={reconnect} />
      <Keys shown={NO_LIST} />
    </div>
  );
}

/** Why nothing is shown, by the address and by what is known of the conversation. */
function Reason({ store, reconnect }: Omit<Props, "onOpenRail">) {
  const where = route.value;
  const hasUnsent = store.unsent.value.length > 0;
  if (where.kind === "nowhere") return <Nowhere />;
  if (kindOf(store.open.value?.channelId ?? "") === "private") {
    const words = hasUnsent
      ? "Ask a member to add you. Your draft is under Unsent messages."
      : "Ask a member to add you.";
    return <Page title={t("This conversation is no longer available to you")} text={t(words)} />;
  }
  if (store.openEpoch.value !== undefined) {
    const words = hasUnsent
      ? "Its messages and files were deleted for everyone. Your draft is under Unsent messages."
      : "Its messages and files were deleted for everyone.";
    const name = <bdi>#{store.open.value?.channelId}</bdi>;
    return <Page title={rich("{name} was deleted", { name })} text={t(words)} />;
  }
  return where.kind === "direct" ? (
    <NotBegun store={store} reconnect={reconnect} personId={where.personId} />
  ) : (
    <Missing store={store} reconnect={reconnect} />
  );
}

function Nowhere() {
  return <Page title={t("Page not found")} text={t("This address doesn't lead anywhere.")} />;
}

/** A channel that does not exist, or whose name is written in another way. */
function Missing({ store, reconnect }: Omit<Props, "onOpenRail">) {
  const name = store.open.value?.channelId ?? "";
  const folded = foldChannelName(name);
  const other = folded.ok && folded.name !== name ? folded.name : undefined;
  useEffect(() => {
    if (other !== undefined) go(channelHref(other), "replace");
  }, [other]);
  if (other !== undefined) return null;
  if (!folded.ok) return <Nowhere />;
  return (
    <Page
      title={rich("{name} doesn't exist", { name: <bdi>#{name}</bdi> })}
      text={t("It was deleted, or no one has created it yet.")}
      offer={{
        label: t("Create {name}", { name: `#${name}` }),
        make: () => store.createChannel({ name }),
        onMade: reconnect,
      }}
    />
  );
}

/** A direct conversation that has not begun. */
function NotBegun({ store, reconnect, personId }: Omit<Props, "onOpenRail"> & { readonly personId: string }) {
  const name = store.personOf(personId)?.name;
  if (name === undefined) return <Page title={t("Person not found")} text={t("No one has this address.")} />;
  return (
    <Page
      title={rich("You haven't talked to {name} yet", { name: <bdi>{name}</bdi> })}
      offer={{ label: t("Message {name}", { name }), make: () => store.openDirect(personId), onMade: reconnect }}
    />
  );
}

type PageProps = {
  readonly title: ComponentChildren;
  readonly text?: string;
  /** What makes the conversation that is missing. */
  readonly offer?: {
    readonly label: string;
    readonly make: () => Promise<Answer<unknown>>;
    readonly onMade: () => void;
  };
};

function Page({ title, text, offer }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [refusal, setRefusal] = useState<string>();
  // The element that had the focus is gone with the conversation.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="notice">
      <Mark />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {text !== undefined && <p>{text}</p>}
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
      {offer && (
        <button
          type="button"
          class="button primary"
          onClick={async () => {
            const answer = await offer.make();
            if (answer.ok) offer.onMade();
            else setRefusal(answer.detail);
          }}
        >
          {offer.label}
        </button>
      )}
      <button type="button" class={offer ? "button" : "button primary"} onClick={() => go(channelHref("general"))}>
        {t("Go to #general")}
      </button>
    </div>
  );
}
