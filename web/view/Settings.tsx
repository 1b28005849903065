import { useEffect, useRef, useState } from "preact/hooks";
import { foldDisplayName } from "../../worker/names.ts";
import type { Theme } from "../memory.ts";
import type { Store } from "../store.ts";
import { Dialog } from "./Dialog.tsx";
import { lazy } from "./lazy.tsx";

const DeviceLink = lazy(async () => (await import("./DeviceLink.tsx")).DeviceLink);

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** The name, the looks, the other devices, the way out. */
export function Settings({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [isLeaving, setLeaving] = useState(false);
  const [complaint, setComplaint] = useState<string>();
  const [isLinking, setLinking] = useState(false);
  const [devices, setDevices] = useState<number>();
  const you = store.person.value?.name ?? "";
  const isLast = devices === undefined || devices <= 1;
  useEffect(() => {
    if (isLeaving) void store.devices().then((answer) => answer.ok && setDevices(answer.value.devices));
  }, [isLeaving]);

  async function signOut(): Promise<void> {
    const answer = await store.signOut();
    if (!answer.ok) setComplaint(answer.detail);
  }

  return (
    <Dialog title="Settings" onClose={onClose}>
      <NameForm store={store} />
      <fieldset class="choice">
        <legend>Theme</legend>
        {THEMES.map(([value, label]) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              checked={store.theme.value === value}
              onChange={() => store.setTheme(value)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <section class="devices">
        {isLinking ? (
          <DeviceLink store={store} />
        ) : (
          <button type="button" class="button" onClick={() => setLinking(true)}>
            Use on another device
          </button>
        )}
      </section>
      <OwnerForm store={store} />
      {isLeaving ? (
        <div class="confirm">
          {isLast ? (
            <p>
              This gives up the name <bdi>{you}</bdi>, your direct conversations and the right to edit or delete what
              you wrote.{" "}
              {!isLinking && (
                <button type="button" class="link-button" onClick={() => setLinking(true)}>
                  Use on another device first?
                </button>
              )}
            </p>
          ) : (
            <p>
              You stay <bdi>{you}</bdi> on your other devices. This one keeps nothing of yours.
            </p>
          )}
          {complaint && (
            <p class="hint complaint" role="alert">
              Not signed out: {complaint}
            </p>
          )}
          <div class="dialog-actions">
            <button type="button" class="button quiet" onClick={() => setLeaving(false)}>
              Stay
            </button>
            <button type="button" class="button danger" onClick={signOut}>
              Sign out
            </button>
          </div>
        </div>
      ) : (
        <div class="dialog-actions">
          <button type="button" class="button quiet" onClick={() => setLeaving(true)}>
            Sign out
          </button>
        </div>
      )}
    </Dialog>
  );
}

/** For whoever runs the site, and has to clear up now and then. */
function OwnerForm({ store }: { readonly store: Store }) {
  const [isOpen, setOpen] = useState(false);
  const [code, setCode] = useState("");
  const [refusal, setRefusal] = useState<string>();
  if (store.isOwner.value) {
    return (
      <p class="hint">
        You are an owner of this site: you may delete messages and channels of others and remove people, outside direct
        conversations.
      </p>
    );
  }
  if (!isOpen) {
    return (
      <button type="button" class="link-button" onClick={() => setOpen(true)}>
        I run this site
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
      <label for="owner-code">Owner's code</label>
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
          Become an owner
        </button>
      </div>
      <p id="owner-code-hint" class={refusal ? "hint complaint" : "hint"} role="status">
        {refusal ?? "It was set when the site was set up."}
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
  const complaint = refusal ?? (folded.ok ? undefined : folded.reason);
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
      <label for="settings-name">Display name</label>
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
          Change
        </button>
      </div>
      <p id="settings-name-hint" class={complaint ? "hint complaint" : "hint"} role="status">
        {complaint ??
          (isRenamed ? "Changed, here and everywhere." : "Messages you have sent keep the name they were sent with.")}
      </p>
    </form>
  );
}
