/** A conversation in which nothing was said yet: what it is, and what there is to do first. */
import { useEffect, useState } from "preact/hooks";
import { WINDOW_MESSAGES } from "../../../worker/protocol/limits.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { hints } from "../../state/preferences.ts";
import type { Store } from "../../state/store.ts";
import styles from "../../styles/empty.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { Icon } from "../parts/icons.tsx";
import { COMMAND } from "../parts/keys.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { detailsTab, openInvite, openProfile } from "../parts/sheets.ts";
import { isTouch } from "../parts/touch.ts";
import { Avatar } from "../people/Avatar.tsx";

adoptStyles(styles);

type Props = { readonly store: Store; readonly channelId: string };

export function Empty({ store, channelId }: Props) {
  const title = store.titleOf(channelId);
  const channel = store.channels.value.get(channelId);
  const peer = channel?.peer;
  return title.startsWith("#") ? (
    <EmptyChannel store={store} title={title} channel={channel} />
  ) : (
    <div class="empty">
      <span class="avatar-stack empty-sign">
        {peopleOf(channel).map((person) => (
          <Avatar key={person.id} person={person} />
        ))}
      </span>
      <h2>{rich("The start of your conversation with {name}", { name: <bdi>{title}</bdi> })}</h2>
      <p>{t("Only the latest {n} messages are kept.", { n: WINDOW_MESSAGES })}</p>
      {peer && (
        <div class="empty-actions">
          <button type="button" class="button" onClick={() => openProfile(peer)}>
            {t("View profile")}
          </button>
        </div>
      )}
    </div>
  );
}

function EmptyChannel({
  store,
  title,
  channel,
}: {
  readonly store: Store;
  readonly title: string;
  readonly channel: Channel | undefined;
}) {
  const isPrivate = channel?.kind === "private";
  const mayChange = channel?.createdBy.id === store.person.value?.id || (store.isOwner.value && !isPrivate);
  const opens = (tab: "About" | "Integrations") => () => {
    detailsTab.value = tab;
  };
  return (
    <div class="empty">
      <span class="empty-sign" aria-hidden="true">
        {isPrivate ? <Icon name="lock" /> : "#"}
      </span>
      <h2>{rich("This is the start of {name}", { name: <bdi>{title}</bdi> })}</h2>
      <p>
        {t(isPrivate ? "Only members can find it." : "Everyone on this site can find and read it.")}{" "}
        {t("Latest {n} messages are kept", { n: WINDOW_MESSAGES })}.
      </p>
      <div class="empty-actions">
        <button type="button" class="button primary" onClick={() => openInvite(channel)}>
          {t("Invite people")}
        </button>
        {mayChange && channel?.topic === "" && (
          <button type="button" class="button" onClick={opens("About")}>
            {t("Add a topic")}
          </button>
        )}
        {channel && (
          <button type="button" class="button" onClick={opens("Integrations")}>
            {t("Add an integration")}
          </button>
        )}
      </div>
      <Hints />
    </div>
  );
}

/** What a newcomer may not find alone. A device shows it once. */
function Hints() {
  const [isFirstVisit] = useState(() => hints.chosen.peek() === "new");
  useEffect(() => hints.choose("seen"), []);
  if (!isFirstVisit) return null;
  return (
    <ul class="hints">
      <li>
        <LateIcon name="search" />
        <span>
          {isTouch()
            ? t("Search finds channels, people and messages.")
            : rich("Press {key} to jump to any conversation.", { key: <kbd class="keycap">{COMMAND} K</kbd> })}
        </span>
      </li>
      <li>
        <LateIcon name="at" />
        {t("Type @ for people, # for channels and : for emoji.")}
      </li>
      <li>
        <LateIcon name={isTouch() ? "message" : "attach"} />
        {t(isTouch() ? "Hold a message to reply, react or edit." : "Drop or paste files to attach them.")}
      </li>
    </ul>
  );
}

/** Who else is in a conversation. */
function peopleOf(channel: Channel | undefined) {
  return channel?.people ?? (channel?.peer ? [channel.peer] : []);
}
