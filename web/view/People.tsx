import { useState } from "preact/hooks";
import type { Person } from "../../worker/frames.ts";
import type { Conversation, Store } from "../store.ts";
import { Avatar } from "./Avatar.tsx";
import { Dialog } from "./Dialog.tsx";

type Props = { readonly store: Store; readonly conversation: Conversation; readonly onClose: () => void };

/** Who is in the channel now: to be written to, and by an owner of the site to be removed. */
export function People({ store, conversation, onClose }: Props) {
  const [leaving, setLeaving] = useState<Person>();
  const [refusal, setRefusal] = useState<string>();
  const { count, people } = conversation.here.value;
  const you = store.person.value?.id;
  const sorted = [...people].sort(
    (a, b) => Number(b.id === you) - Number(a.id === you) || a.name.localeCompare(b.name),
  );

  async function write({ id }: Person): Promise<void> {
    const answer = await store.openDirect(id);
    if (answer.ok) onClose();
    else setRefusal(answer.detail);
  }

  async function remove({ id }: Person): Promise<void> {
    const answer = await store.removePerson(id);
    setLeaving(undefined);
    if (!answer.ok) setRefusal(answer.detail);
  }

  return (
    <Dialog title="People here" onClose={onClose}>
      <ul class="people">
        {sorted.map((person) => (
          <li key={person.id} class="person">
            <Avatar person={person} />
            <bdi>{person.name}</bdi>
            {person.id === you ? (
              <span class="person-online">You</span>
            ) : (
              <>
                <button type="button" class="button quiet" onClick={() => void write(person)}>
                  Message
                </button>
                {store.isOwner.value && (
                  <button type="button" class="button quiet danger-text" onClick={() => setLeaving(person)}>
                    Remove
                  </button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
      {count > people.length && <p class="hint">And {count - people.length} more.</p>}
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
      {leaving && (
        <div class="confirm">
          <p>
            <bdi>{leaving.name}</bdi> is signed out everywhere, and the name is free for others. What they wrote stays.
          </p>
          <div class="dialog-actions">
            <button type="button" class="button quiet" onClick={() => setLeaving(undefined)}>
              Cancel
            </button>
            <button type="button" class="button danger" onClick={() => void remove(leaving)}>
              Remove {leaving.name}
            </button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
