/** The person here: the name, the devices, the way back and the way out. */
import { useEffect, useRef, useState } from "preact/hooks";
import { foldDisplayName } from "../../../worker/protocol/names.ts";
import { t, told } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Avatar } from "../people/Avatar.tsx";
import { Devices } from "./Devices.tsx";
import { Recovery } from "./Recovery.tsx";
import type { SectionProps } from "./Settings.tsx";

export function You({ store, onAsk, onShow }: SectionProps) {
  return (
    <>
      <NameForm store={store} />
      <section class="devices">
        <h4>{t("Your devices")}</h4>
        <button type="button" class="button" onClick={() => onAsk("link")}>
          {t("Use on another device")}
        </button>
        <Devices store={store} />
      </section>
      <Recovery store={store} />
      <section class="setting-row">
        <div>
          <h4>{t("This browser")}</h4>
          <p class="hint">{t("Signing out removes your data from this browser.")}</p>
        </div>
        <button type="button" class="button danger-text" onClick={() => onAsk("signOut")}>
          {t("Sign out")}
        </button>
      </section>
      {!store.isOwner.value && <OwnerForm store={store} onOwner={() => onShow("Site")} />}
    </>
  );
}

function NameForm({ store }: { readonly store: Store }) {
  const current = store.person.value?.name ?? "";
  const [name, setName] = useState(current);
  const [refusal, setRefusal] = useState<string>();
  const [isRenamed, setRenamed] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const folded = foldDisplayName(name);
  const complaint = refusal ?? (folded.ok ? undefined : told("invalid_name", folded.reason));
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        if (!folded.ok) return;
        const answer = await store.rename(folded.name);
        if (!answer.ok) return setRefusal(answer.detail);
        setRenamed(true);
        field.current?.focus();
      }}
    >
      <label for="settings-name">{t("Display name")}</label>
      <div class="field-row">
        {store.person.value && <Avatar person={store.person.value} />}
        <input
          id="settings-name"
          aria-describedby="settings-name-hint"
          aria-invalid={complaint !== undefined}
          autocomplete="nickname"
          spellcheck={false}
          dir="auto"
          value={name}
          ref={field}
          onInput={(event) => {
            setName(event.currentTarget.value);
            setRefusal(undefined);
            setRenamed(false);
          }}
        />
        <button type="submit" class="button" disabled={!folded.ok || folded.name === current}>
          {t("Change")}
        </button>
      </div>
      <p id="settings-name-hint" class={complaint ? "hint complaint" : "hint"} role="status">
        {complaint ??
          t(
            isRenamed
              ? "Name updated."
              : "If you change it, your messages show the new name, and others can take the old one.",
          )}
      </p>
    </form>
  );
}

/** For owners of the site. */
function OwnerForm({ store, onOwner }: { readonly store: Store; readonly onOwner: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const [code, setCode] = useState("");
  const [refusal, setRefusal] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [isOpen]);
  return (
    <section>
      {isOpen && <h4>{t("This site")}</h4>}
      {isOpen ? (
        <form
          onSubmit={async (event) => {
            event.preventDefault();
            const answer = await store.becomeOwner(code);
            if (answer.ok) onOwner();
            else setRefusal(answer.detail);
          }}
        >
          <label for="owner-code">{t("Owner code")}</label>
          <div class="field-row">
            <input
              id="owner-code"
              type="password"
              autocomplete="off"
              aria-describedby="owner-code-hint"
              aria-invalid={refusal !== undefined}
              ref={field}
              value={code}
              onInput={({ currentTarget }) => {
                setCode(currentTarget.value);
                setRefusal(undefined);
              }}
            />
            <button type="submit" class="button" disabled={code === ""}>
              {t("Become an owner")}
            </button>
          </div>
          <p id="owner-code-hint" class={refusal ? "hint complaint" : "hint"} role="status">
            {refusal ?? t("The OWNER_CODE set at deployment")}
          </p>
        </form>
      ) : (
        <div class="setting-row">
          <div>
            <h4>{t("This site")}</h4>
            <p class="hint">{t("Owners manage this site. You need its owner code.")}</p>
          </div>
          <button type="button" class="button" onClick={() => setOpen(true)}>
            {t("Owner access")}
          </button>
        </div>
      )}
    </section>
  );
}
