/** Makes a channel: what it will be called is shown while typing, and a public one that is there is opened instead. */
import { useState } from "preact/hooks";
import { TOPIC_MAX_POINTS } from "../../../worker/protocol/limits.ts";
import { foldChannelName } from "../../../worker/protocol/names.ts";
import { foldText } from "../../../worker/protocol/text.ts";
import type { Person } from "../../../worker/protocol/things.ts";
import { rich, t, told } from "../../i18n/i18n.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Switch } from "../parts/Switch.tsx";
import { PeoplePicker } from "../people/PeoplePicker.tsx";
import { Dialog } from "./Dialog.tsx";

export function NewChannel({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [raw, setRaw] = useState("");
  const [topic, setTopic] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const [members, setMembers] = useState<readonly Person[]>([]);
  const [refusal, setRefusal] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const typed = suggestedName(raw);
  const folded = foldChannelName(typed);
  const existing = folded.ok && !isPrivate ? store.channels.value.get(folded.name) : undefined;
  const isBlank = raw.trim() === "";
  const isTooLong = foldText(topic, TOPIC_MAX_POINTS) === undefined;
  const complaint = refusal ?? (folded.ok || isBlank ? undefined : told("invalid_name", folded.reason));

  async function create(): Promise<void> {
    if (!folded.ok) return;
    if (existing) {
      go(channelHref(existing.id));
      return onClose();
    }
    setAsking(true);
    const answer = await store.createChannel({
      name: folded.name,
      ...(topic.trim() !== "" && { topic }),
      ...(isPrivate && { private: true, members: members.map(({ id }) => id) }),
    });
    setAsking(false);
    if (answer.ok) onClose();
    else setRefusal(answer.detail);
  }

  return (
    <Dialog title={t("New channel")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <label for="channel-name">{t("Channel name")}</label>
        <input
          id="channel-name"
          aria-describedby="channel-name-hint"
          aria-invalid={complaint !== undefined}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          autofocus
          placeholder={t("design team")}
          value={raw}
          onInput={(event) => {
            setRaw(event.currentTarget.value);
            setRefusal(undefined);
          }}
        />
        <p id="channel-name-hint" class={complaint ? "hint complaint" : "hint"} role="status">
          {complaint ??
            (folded.ok
              ? hint(folded.name, existing !== undefined)
              : t(
                  isPrivate
                    ? "Only members can find it. Any member can add people."
                    : "Everyone on this site can see and join it.",
                ))}
        </p>
        <Switch
          label={t("Private")}
          hint={t("Only members can find it. Any member can add people.")}
          isOn={isPrivate}
          onChange={setPrivate}
        />
        {!existing && (
          <>
            <label for="channel-topic">{t("Topic")}</label>
            <input
              id="channel-topic"
              aria-invalid={isTooLong}
              autocomplete="off"
              dir="auto"
              value={topic}
              onInput={({ currentTarget }) => setTopic(currentTarget.value)}
            />
          </>
        )}
        {isPrivate && <PeoplePicker store={store} chosen={members} onChoose={setMembers} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button primary" disabled={!folded.ok || isAsking || isTooLong}>
            {existing ? t("Open {name}", { name: `#${existing.id}` }) : t("Create")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What was typed with signs that no channel's name has as hyphens: `Release 2.4` becomes `Release 2-4`. */
function suggestedName(raw: string): string {
  return raw.replace(/(?<=[\p{L}\p{N}])[.,:;/&+]+(?=[\p{L}\p{N}])/gu, "-").replace(/[.,:;!?]+\s*$/u, "");
}

function hint(name: string, isThere: boolean) {
  return rich(isThere ? "{name} already exists." : "Will be created as {name}", { name: <b>#{name}</b> });
}
