/** Who reacted to a message, by emoji. */
import { find } from "../../../worker/protocol/history.ts";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { openProfile } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly id: string;
  readonly onClose: () => void;
};

export function WhoReacted({ store, conversation, id, onClose }: Props) {
  const message = find(conversation.history.value, id);
  return (
    <Dialog title={t("Who reacted")} onClose={onClose}>
      {message?.reactions?.map(({ emoji, people }) => (
        <section key={emoji} class="who-reacted">
          <h3>
            {emoji} {people.length}
          </h3>
          <ul>
            {people.map((person) => (
              <li key={person.id}>
                <button
                  type="button"
                  class="person"
                  onClick={() => {
                    onClose();
                    openProfile(person);
                  }}
                >
                  <Avatar person={person} />
                  <bdi>{store.nameOf(person)}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
