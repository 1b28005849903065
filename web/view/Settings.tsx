import { useRef, useState } from "preact/hooks";
import { foldDisplayName } from "../../worker/names.ts";
import type { Theme } from "../memory.ts";
import type { Store } from "../store.ts";
import { Dialog } from "./Dialog.tsx";

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** The name, the looks, the way out. */
export function Settings({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [isLeaving, setLeaving] = useState(false);
  const [complaint, setComplaint] = useState<string>();
  const you = store.person.value?.name ?? "";

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
      {isLeaving ? (
        <div class="confirm">
          <p>
            This gives up the name <bdi>{you}</bdi> and the right to delete what you wrote.
          </p>
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
