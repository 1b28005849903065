/** What can be done with a channel: its creator may change and delete it, everybody may pass it on. */
import { useRef, useState } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/frames.ts";
import { TOPIC_MAX_POINTS } from "../../../worker/protocol/limits.ts";
import { foldText } from "../../../worker/protocol/text.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { copyText } from "../parts/clipboard.ts";
import { LateIcon } from "../parts/late-icons.tsx";

type Props = { readonly store: Store; readonly channel: Channel };

/** The channel that is there from the first sign-in on stays. */
const FIRST_CHANNEL = "general";

export function ChannelMenu({ store, channel }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const [dialog, setDialog] = useState<"topic" | "delete">();
  const [isCopied, setCopied] = useState(false);
  const isOwn = store.isOwner.value || channel.createdBy.id === store.person.value?.id;
  const close = () => setDialog(undefined);

  function onKeyDown(event: KeyboardEvent): void {
    const items = [...(menu.current?.querySelectorAll("button") ?? [])];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = items.findIndex((item) => item.matches(":focus"));
    items[(at + step + items.length) % items.length]?.focus();
  }

  function choose(chosen: "topic" | "delete"): void {
    menu.current?.hidePopover();
    setDialog(chosen);
  }

  return (
    <div class="menu-place">
      <button
        type="button"
        class="icon-button"
        aria-label={t("Channel menu")}
        title={t("Channel menu")}
        aria-haspopup="menu"
        popovertarget="channel-menu"
      >
        <LateIcon name="more" />
      </button>
      <div
        ref={menu}
        id="channel-menu"
        class="menu"
        role="menu"
        aria-label={t("Channel menu")}
        tabIndex={-1}
        popover="auto"
        onKeyDown={onKeyDown}
        onToggle={({ newState }) => {
          if (newState === "open") menu.current?.querySelector("button")?.focus();
          else setCopied(false);
        }}
      >
        {isOwn && (
          <button type="button" role="menuitem" onClick={() => choose("topic")}>
            {t("Edit topic")}
          </button>
        )}
        <button
          type="button"
          role="menuitem"
          onClick={async () => {
            setCopied(await copyText(location.origin + channelHref(channel.id)));
          }}
        >
          {t(isCopied ? "Copied" : "Copy link")}
        </button>
        {isOwn && channel.id !== FIRST_CHANNEL && (
          <button type="button" role="menuitem" class="danger-text" onClick={() => choose("delete")}>
            {t("Delete channel")}
          </button>
        )}
      </div>
      {dialog === "topic" && <TopicDialog store={store} channel={channel} onClose={close} />}
      {dialog === "delete" && <DeleteDialog store={store} channel={channel} onClose={close} />}
    </div>
  );
}

type DialogProps = Props & { readonly onClose: () => void };

function TopicDialog({ store, channel, onClose }: DialogProps) {
  const [topic, setTopic] = useState(channel.topic);
  const [refusal, setRefusal] = useState<string>();
  const isTooLong = foldText(topic, TOPIC_MAX_POINTS) === undefined;
  return (
    <Dialog title={t("Edit topic")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await store.setTopic(channel.id, topic);
          if (answer.ok) onClose();
          else setRefusal(answer.detail);
        }}
      >
        <label for="topic">{t("Topic")}</label>
        <input
          id="topic"
          aria-describedby="topic-hint"
          aria-invalid={isTooLong}
          autocomplete="off"
          dir="auto"
          autofocus
          value={topic}
          onInput={({ currentTarget }) => {
            setTopic(currentTarget.value);
            setRefusal(undefined);
          }}
        />
        <p id="topic-hint" class={refusal || isTooLong ? "hint complaint" : "hint"} role="status">
          {refusal ??
            (isTooLong
              ? t("A topic has at most {n} characters.", { n: TOPIC_MAX_POINTS })
              : t("What {name} is about, in one line. Everybody sees it.", { name: `#${channel.id}` }))}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button primary" disabled={isTooLong}>
            {t("Save")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ store, channel, onClose }: DialogProps) {
  const [typed, setTyped] = useState("");
  const [refusal, setRefusal] = useState<string>();
  return (
    <Dialog title={t("Delete {name}?", { name: `#${channel.id}` })} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await store.deleteChannel(channel.id);
          if (!answer.ok) return setRefusal(answer.detail);
          onClose();
          go(channelHref(FIRST_CHANNEL));
        }}
      >
        <p class="hint">{t("Its messages and files go for everybody, and nothing brings them back.")}</p>
        <label for="delete-name">{rich("Type {name} to go on", { name: <bdi>{channel.name}</bdi> })}</label>
        <input
          id="delete-name"
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          autofocus
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        {refusal && (
          <p class="hint complaint" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button
            type="submit"
            class="button danger"
            disabled={typed.trim().replace(/^#/, "").toLowerCase() !== channel.name}
          >
            {t("Delete channel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
