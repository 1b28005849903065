/** Names a channel: what it will be called is shown while typing, and one that is there is opened instead. */
import { useState } from "preact/hooks";
import { foldChannelName } from "../../../worker/protocol/names.ts";
import { rich, t, told } from "../../i18n/i18n.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "./Dialog.tsx";

export function NewChannel({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [raw, setRaw] = useState("");
  const [refusal, setRefusal] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const folded = foldChannelName(raw);
  const existing = folded.ok ? store.channels.value.get(folded.name) : undefined;
  const isBlank = raw.trim() === "";
  const complaint = refusal ?? (folded.ok || isBlank ? undefined : told("invalid_name", folded.reason));

  async function create(): Promise<void> {
    if (!folded.ok) return;
    if (existing) {
      go(channelHref(existing.id));
      return onClose();
    }
    setAsking(true);
    const answer = await store.createChannel(folded.name);
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
            (folded.ok ? hint(folded.name, existing !== undefined) : t("Everybody here can see and join it."))}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button primary" disabled={!folded.ok || isAsking}>
            {existing ? t("Open {name}", { name: `#${existing.id}` }) : t("Create")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function hint(name: string, isThere: boolean) {
  return rich(isThere ? "{name} is there already." : "It will be {name}.", { name: <b>#{name}</b> });
}
