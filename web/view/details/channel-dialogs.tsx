/** What is asked before a channel changes: its topic, its name, its end, and one's leaving it. */
import { useState } from "preact/hooks";
import { TOPIC_MAX_POINTS } from "../../../worker/protocol/limits.ts";
import { FIRST_CHANNEL } from "../../../worker/protocol/names.ts";
import { foldText } from "../../../worker/protocol/text.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

type DialogProps = {
  readonly store: Store;
  readonly channel: Channel;
  readonly onClose: () => void;
  readonly onLeave: () => void;
};

export function NameDialog({ store, channel, onClose }: DialogProps) {
  const [name, setName] = useState(channel.name);
  const [refusal, setRefusal] = useState<string>();
  return (
    <Dialog title={t("Rename channel")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await (await store.requests()).changeChannel(channel.id, { name });
          if (answer.ok) onClose();
          else setRefusal(answer.detail);
        }}
      >
        <label for="new-name">{t("Channel name")}</label>
        <input
          id="new-name"
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          autofocus
          value={name}
          onInput={({ currentTarget }) => {
            setName(currentTarget.value);
            setRefusal(undefined);
          }}
        />
        {refusal && (
          <p class="hint complaint" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button primary" disabled={name.trim() === ""}>
            {t("Save")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function LeaveDialog({ store, channel, onClose, onLeave }: DialogProps) {
  const [refusal, setRefusal] = useState<string>();
  const isLast = channel.memberCount === 1;

  async function leave(): Promise<void> {
    const answer = await (await store.requests()).removeMember(channel.id, store.person.value?.id ?? "");
    if (!answer.ok) return setRefusal(answer.detail);
    onClose();
    onLeave();
    go(channelHref(FIRST_CHANNEL));
  }

  return (
    <Dialog title={t("Leave {name}?", { name: store.titleOf(channel.id) })} onClose={onClose}>
      <p>
        {t(
          isLast
            ? "You're the last one here. Leaving deletes all messages and files. It can't be undone."
            : "You can't read it until someone adds you again.",
        )}
      </p>
      {refusal && (
        <p class="hint complaint" role="alert">
          {refusal}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" autofocus onClick={onClose}>
          {t("Cancel")}
        </button>
        <button type="button" class="button danger" onClick={() => void leave()}>
          {t("Leave channel")}
        </button>
      </div>
    </Dialog>
  );
}

export function TopicDialog({ store, channel, onClose }: DialogProps) {
  const [topic, setTopic] = useState(channel.topic);
  const [refusal, setRefusal] = useState<string>();
  const isTooLong = foldText(topic, TOPIC_MAX_POINTS) === undefined;
  return (
    <Dialog title={t("Edit topic")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await (await store.requests()).changeChannel(channel.id, { topic });
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
              ? t("A topic can have up to {n} characters.", { n: TOPIC_MAX_POINTS })
              : t("Say what {name} is for. Everyone in it can see this.", { name: store.titleOf(channel.id) }))}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
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

export function DeleteDialog({ store, channel, onClose, onLeave }: DialogProps) {
  const [typed, setTyped] = useState("");
  const [refusal, setRefusal] = useState<string>();
  return (
    <Dialog title={t("Delete {name}?", { name: store.titleOf(channel.id) })} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await (await store.requests()).deleteChannel(channel.id);
          if (!answer.ok) return setRefusal(answer.detail);
          onClose();
          onLeave();
          go(channelHref(FIRST_CHANNEL));
        }}
      >
        <p>{t("This deletes all messages and files for everyone. It can't be undone.")}</p>
        <label for="delete-name">
          {rich("Type {name} to confirm", {
            name: (
              <bdi>
                <code class="to-type">{channel.name}</code>
              </bdi>
            ),
          })}
        </label>
        <input
          id="delete-name"
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        {refusal && (
          <p class="hint complaint" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" autofocus onClick={onClose}>
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
