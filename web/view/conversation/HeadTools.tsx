/** What stands at the end of a conversation's header: who is viewing it, what is pinned in it, and the way to its details. */
import { kindOf } from "../../../worker/protocol/text.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import type { Conversation } from "../../state/tab-state.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { detailsTab, openProfile, searchFor, sheet, type TabName } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";

/** People whose avatars are shown beside their number. */
const AVATARS_MAX = 3;

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
};

export function HeadTools({ store, conversation }: Props) {
  const { count, people } = conversation.here.value;
  const pinned = conversation.pins.value.length;
  const title = store.titleOf(conversation.channelId);
  const tab = detailsTab.value;
  const channel = store.channels.value.get(conversation.channelId);
  const toggle = (name: TabName) => () => {
    detailsTab.value = tab === name ? undefined : name;
  };
  return (
    <>
      {channel?.name === "" && <With store={store} channel={channel} />}
      {count > 0 && kindOf(conversation.channelId) !== "direct" && store.isConnected.value && (
        <button
          type="button"
          class="here"
          title={people.map(({ name }) => name).join(", ")}
          aria-expanded={tab === "People"}
          onClick={toggle("People")}
        >
          <span class="avatar-stack">
            {people.slice(0, AVATARS_MAX).map((person) => (
              <Avatar key={person.id} person={person} />
            ))}
          </span>
          <span aria-hidden="true">{count}</span>
          <span class="visually-hidden">{t("{n} viewing", { n: count })}</span>
        </button>
      )}
      {pinned > 0 && (
        <button
          type="button"
          class="here"
          aria-label={t("{n} pinned", { n: pinned })}
          title={t("{n} pinned", { n: pinned })}
          aria-expanded={tab === "Pins"}
          onClick={toggle("Pins")}
        >
          <Icon name="pin" />
          {pinned}
        </button>
      )}
      <IconButton
        name={t("Find in {name}", { name: title })}
        class="head-search"
        onClick={() => {
          searchFor.value = `in:${title.replace(/^#/, "").replaceAll(" ", "")} `;
          sheet.value = "switcher";
        }}
      >
        <LateIcon name="search" />
      </IconButton>
      <IconButton
        name={t("Details")}
        id="open-details"
        aria-expanded={tab !== undefined}
        onClick={toggle(tab ?? "About")}
      >
        <Icon name="info" />
      </IconButton>
    </>
  );
}

/** Whom a conversation is with, at the beginning of the header: its style sheet keeps the place. */
function With({ store, channel: { peer, people = [] } }: { readonly store: Store; readonly channel: Channel }) {
  if (!peer) {
    const others = people.filter(({ id }) => id !== store.person.value?.id).slice(0, 2);
    return (
      <span class="head-person rail-avatar avatar-stack">
        {others.map((person) => (
          <Avatar key={person.id} person={person} />
        ))}
      </span>
    );
  }
  const isOnline = store.online.value.has(peer.id);
  return (
    <span class="head-person rail-avatar">
      <Avatar person={peer} onClick={() => openProfile(peer)} />
      <span class={isOnline ? "presence online" : "presence"} title={t(isOnline ? "Online" : "Away")} />
    </span>
  );
}
