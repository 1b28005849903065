/** One line of the message that is replied to. What is gone is said to be gone: a quote holds an id and no words. */
import { find } from "../../../worker/protocol/history.ts";
import { t } from "../../i18n/i18n.ts";
import { quoted } from "../../state/quoted.ts";
import type { Store } from "../../state/store.ts";
import { Icon } from "../parts/icons.tsx";
import { Avatar } from "../people/Avatar.tsx";

type Props = {
  readonly store: Store;
  readonly id: string;
  readonly tabIndex: number;
  /** Leads to that message. */
  readonly onGo: () => void;
};

export function Quote({ store, id, tabIndex, onGo }: Props) {
  const parent = store.open.value && find(store.open.value.history.value, id);
  if (!parent) return <p class="quote gone">{t("a message that's no longer kept")}</p>;
  if (parent.deleted) return <p class="quote gone">{t("Message deleted")}</p>;
  return (
    <button type="button" class="quote" tabIndex={tabIndex} onClick={onGo}>
      <Icon name="reply" />
      <Avatar person={{ id: parent.author.id, name: store.nameOf(parent.author) }} isTiny />
      <bdi class="quote-author">{store.nameOf(parent.author)}</bdi>
      <span class="quote-line" dir="auto">
        {quoted(store, parent)}
      </span>
    </button>
  );
}
