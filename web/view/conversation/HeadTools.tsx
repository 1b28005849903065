/** What a conversation's header shows beside its name: whom it is with, who is viewing it, what is pinned in it, and the way to its details. */
import { kindOf } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import type { Conversation } from "../../state/tab-state.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { inPeopleOrder } from "../parts/people-order.ts";
import { detailsTab, openProfile, searchFor, sheet, type TabName } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";
import { Faces } from "../people/Faces.tsx";

/** People whose avatars are shown beside their number. */
const AVATARS_MAX = 3;

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
};

export function HeadTools({ store, conversation }: Props) {
  const { count } = conversation.here.value;
  const you = store.person.value?.id;
  const people = inPeopleOrder(conversation.here.value.people, you);
  const pinned = conversation.pins.value.length;
  const title = store.titleOf(conversation.channelId);
  const tab = detailsTab.value;
  const channel = store.channels.value.get(conversation.channelId);
  const isPeerOnline = store.online.value.has(channel?.peer?.id ?? "");
  const toggle = (name: TabName) => () => {
    detailsTab.value = tab === name ? undefined : name;
  };
  return (
    <>
      {channel && !title.startsWith("#") && (
        // Before the name, where the style sheet keeps its place.
        // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: for a pointer alone; keys have the people in the details
        <span class="head-faces" onClick={() => channel.peer && openProfile(channel.peer)}>
          <Faces channel={channel} you={you} isOnline={isPeerOnline} />
        </span>
      )}
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
          <LateIcon name="pin" />
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
        <LateIcon name="info" />
      </IconButton>
    </>
  );
}
