import { useRef, useState } from "preact/hooks";
import type { Channel } from "../../worker/frames.ts";
import { foldText, TOPIC_MAX_POINTS } from "../../worker/protocol.ts";
import { channelHref, go } from "../route.ts";
import type { Store } from "../store.ts";
import { copyText } from "./clipboard.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./icons.tsx";

type Props = { readonly store: Store; readonly channel: Channel };

/** The channel that is there from the first sign-in on stays. */
const FIRST_CHANNEL = "general";

/** What can be done with a channel: its creator may change and delete it, everybody may pass it on. */
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
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
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
        aria-label="Channel menu"
        title="Channel menu"
        aria-haspopup="menu"
        popovertarget="channel-menu"
      >
        <Icon name="more" />
      </button>
      <div
        ref={menu}
        id="channel-menu"
        class="menu"
        role="menu"
        aria-label="Channel menu"
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
            Edit topic
          </button>
        )}
        <button
          type="button"
          role="menuitem"
          onClick={async () => {
            setCopied(await copyText(location.origin + channelHref(channel.id)));
          }}
        >
          {isCopied ? "Copied" : "Copy link"}
        </button>
        {isOwn && channel.id !== FIRST_CHANNEL && (
          <button type="button" role="menuitem" class="danger-text" onClick={() => choose("delete")}>
            Delete channel
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
    <Dialog title="Edit topic" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await store.setTopic(channel.id, topic);
          if (answer.ok) onClose();
          else setRefusal(answer.detail);
        }}
      >
        <label for="topic">Topic</label>
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
              ? `A topic has at most ${TOPIC_MAX_POINTS} characters.`
              : `What #${channel.id} is about, in one line. Everybody sees it.`)}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isTooLong}>
            Save
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
    <Dialog title={`Delete #${channel.id}?`} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await store.deleteChannel(channel.id);
          if (!answer.ok) return setRefusal(answer.detail);
          onClose();
          go(channelHref(FIRST_CHANNEL));
        }}
      >
        <p class="hint">Its messages and files go for everybody, and nothing brings them back.</p>
        <label for="delete-name">
          Type <bdi>{channel.name}</bdi> to go on
        </label>
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
            Cancel
          </button>
          <button
            type="submit"
            class="button danger"
            disabled={typed.trim().replace(/^#/, "").toLowerCase() !== channel.name}
          >
            Delete channel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
