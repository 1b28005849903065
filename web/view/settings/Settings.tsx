/** The name, the looks, what is told and how, the other devices, the way out. */
import { useEffect, useRef, useState } from "preact/hooks";
import { foldDisplayName } from "../../../worker/protocol/names.ts";
import { rich, t, told } from "../../i18n/i18n.ts";
import { isNotifyingRefused, mayNotify } from "../../pwa/notifications.ts";
import { density, enter, language, notifications, sound, theme } from "../../state/preferences.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { lazy } from "../parts/lazy.tsx";
import { isTouch } from "../parts/touch.ts";
import { Bots } from "./Bots.tsx";
import { Choice } from "./Choice.tsx";
import { Devices } from "./Devices.tsx";
import { Push } from "./Push.tsx";
import { Recovery } from "./Recovery.tsx";
import { SiteOwners } from "./SiteOwners.tsx";

const DeviceLink = lazy(async () => (await import("./DeviceLink.tsx")).DeviceLink);

/** Each language by its own name. */
const LANGUAGE_NAMES = { en: "English", es: "Español", de: "Deutsch", fr: "Français", ja: "日本語", ar: "العربية" };

export function Settings({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  /** What is asked in a dialog of its own, in the place of the settings; closing it leads back to them. */
  const [asking, setAsking] = useState<"link" | "signOut">();
  const back = () => setAsking(undefined);
  if (asking === "signOut") return <SignOut store={store} onLink={() => setAsking("link")} onClose={back} />;
  if (asking === "link") {
    return (
      <Dialog key="link" title={t("Use on another device")} onClose={back}>
        <DeviceLink store={store} />
      </Dialog>
    );
  }
  return (
    <Dialog key="settings" title={t("Settings")} onClose={onClose}>
      <NameForm store={store} />
      <Choice
        legend="Theme"
        preference={theme}
        labels={{ system: "System", light: "Light", dark: "Dark", contrast: "High contrast" }}
      />
      <Choice legend="Density" preference={density} labels={{ comfortable: "Comfortable", compact: "Compact" }} />
      <Notifications />
      <Push store={store} />
      <Choice legend="Sound" preference={sound} labels={{ off: "Off", on: "With notifications" }} />
      {!isTouch() && (
        <Choice legend="Enter" preference={enter} labels={{ sends: "Sends", breaks: "Breaks the line" }} />
      )}
      <label class="select">
        <span>{t("Language")}</span>
        <select
          value={language.chosen.value}
          onChange={({ currentTarget: { value } }) => {
            const chosen = language.choices.find((choice) => choice === value);
            if (chosen) language.choose(chosen);
          }}
        >
          {language.choices.map((choice) => (
            <option key={choice} value={choice} lang={choice === "system" ? undefined : choice}>
              {choice === "system" ? t("As the browser") : LANGUAGE_NAMES[choice]}
            </option>
          ))}
        </select>
      </label>
      <section class="devices">
        <h3>{t("Your devices")}</h3>
        <Devices store={store} />
        <button type="button" class="button" onClick={() => setAsking("link")}>
          {t("Use on another device")}
        </button>
      </section>
      <Recovery store={store} />
      <Bots store={store} />
      {store.isOwner.value ? <SiteOwners store={store} onClose={onClose} /> : <OwnerForm store={store} />}
      <div class="dialog-actions">
        <button type="button" class="button quiet" onClick={() => setAsking("signOut")}>
          {t("Sign out")}
        </button>
      </div>
    </Dialog>
  );
}

type SignOutProps = { readonly store: Store; readonly onLink: () => void; readonly onClose: () => void };

/** Asks before a sign-out, and says what goes with it: on the last device that is the name. */
function SignOut({ store, onLink, onClose }: SignOutProps) {
  const [devices, setDevices] = useState<number>();
  const [complaint, setComplaint] = useState<string>();
  const name = <bdi>{store.person.value?.name}</bdi>;
  const isLast = devices === undefined || devices <= 1;
  useEffect(() => {
    void store.requests().then(async (requests) => {
      const answer = await requests.devices();
      if (answer.ok) setDevices(answer.value.devices.length);
    });
  }, []);

  async function signOut(): Promise<void> {
    const answer = await store.signOut();
    if (!answer.ok) setComplaint(answer.detail);
  }

  return (
    <Dialog title={t("Sign out?")} onClose={onClose}>
      <p>
        {isLast
          ? rich("You'll lose the name {name}, your direct messages, and the ability to edit your posts.", { name })
          : t("You'll stay signed in elsewhere. Your data is removed from this device.")}
      </p>
      {isLast && (
        <button type="button" class="link-button" onClick={onLink}>
          {t("Use on another device first?")}
        </button>
      )}
      {complaint && (
        <p class="hint complaint" role="alert">
          {t("Not signed out: {why}", { why: complaint })}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button quiet" autofocus onClick={onClose}>
          {t("Cancel")}
        </button>
        <button type="button" class="button danger" onClick={signOut}>
          {t("Sign out")}
        </button>
      </div>
    </Dialog>
  );
}

/** What the desktop is told of. The browser is asked for permission when the person turns it on, and not before. */
function Notifications() {
  const [isRefused, setRefused] = useState(isNotifyingRefused);
  return (
    <>
      <Choice
        legend="Notifications"
        preference={notifications}
        labels={{ off: "Off", mine: "Mentions and direct messages", all: "All messages" }}
        mayChoose={async (choice) => {
          const may = choice === "off" || (await mayNotify());
          setRefused(!may);
          return may;
        }}
      />
      {isRefused && (
        <p class="hint complaint" role="alert">
          {t("Notifications are blocked. Allow them in your browser's site settings.")}
        </p>
      )}
    </>
  );
}

/** For owners of the site. */
function OwnerForm({ store }: { readonly store: Store }) {
  const [isOpen, setOpen] = useState(false);
  const [code, setCode] = useState("");
  const [refusal, setRefusal] = useState<string>();
  if (!isOpen) {
    return (
      <button type="button" class="link-button" onClick={() => setOpen(true)}>
        {t("I run this site")}
      </button>
    );
  }
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        const answer = await store.becomeOwner(code);
        if (!answer.ok) setRefusal(answer.detail);
      }}
    >
      <label for="owner-code">{t("Owner's code")}</label>
      <div class="field-row">
        <input
          id="owner-code"
          type="password"
          autocomplete="off"
          aria-describedby="owner-code-hint"
          aria-invalid={refusal !== undefined}
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
        {refusal ?? t("It was set when the site was set up.")}
      </p>
    </form>
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
          t(isRenamed ? "Name updated." : "Your messages show your new name. The old one is free for others.")}
      </p>
    </form>
  );
}
