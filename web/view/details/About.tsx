/** What a conversation is about, and what can be done with it. */
import { useState } from "preact/hooks";
import { FIRST_CHANNEL } from "../../../worker/protocol/names.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { messageLink } from "../../state/route.ts";
import { InvitePeople } from "../dialogs/InvitePeople.tsx";
import { copyText } from "../parts/clipboard.ts";
import { fullTime } from "../parts/formats.ts";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import { ChannelPreferences } from "./ChannelPreferences.tsx";
import { ChannelRules, Rules } from "./ChannelRules.tsx";
import { DeleteDialog, LeaveDialog, NameDialog, TopicDialog } from "./channel-dialogs.tsx";
import type { TabProps } from "./Details.tsx";
import { GuestLink } from "./GuestLink.tsx";
import { saveChannel } from "./save-channel.ts";

export function About({ store, conversation, channel, onLeave }: TabProps) {
  const [dialog, setDialog] = useState<"topic" | "name" | "invite" | "guests" | "leave" | "delete">();
  const [isCopied, setCopied] = useState(false);
  const you = store.person.value?.id ?? "";
  const isWithPeople = channel.kind !== "public" && channel.name === "";
  const isCreator = channel.createdBy.id === you;
  const mayChange = channel.kind !== "direct" && (isCreator || (store.isOwner.value && channel.kind === "public"));
  const close = () => setDialog(undefined);
  const dialogProps = { store, channel, onClose: close, onLeave };
  return (
    <div class="about">
      {!isWithPeople && (
        <section>
          <h3>{t("Topic")}</h3>
          <p dir="auto">{channel.topic || <span class="hint">{t("No topic yet.")}</span>}</p>
          {mayChange && (
            <button type="button" class="link-button" onClick={() => setDialog("topic")}>
              {t(channel.topic === "" ? "Add a topic" : "Edit topic")}
            </button>
          )}
        </section>
      )}
      {!isWithPeople && (
        <p class="hint">
          {rich("Created by {name} on {time}.", {
            name: <bdi>{store.nameOf(channel.createdBy)}</bdi>,
            time: <span class="whole">{fullTime(channel.createdAt)}</span>,
          })}
        </p>
      )}
      <ChannelPreferences store={store} channel={channel} />
      {mayChange || channel.kind === "direct" ? (
        <ChannelRules store={store} channel={channel} />
      ) : (
        <Rules channel={channel} />
      )}
      <div class="about-actions">
        {!isWithPeople && <Action icon="invite" label={t("Invite people")} onClick={() => setDialog("invite")} />}
        {mayChange && channel.kind === "public" && (
          <Action icon="eye" label={t("Guest link")} onClick={() => setDialog("guests")} />
        )}
        <Action
          icon={isCopied ? "check" : "link"}
          label={t(isCopied ? "Copied" : "Copy link")}
          onClick={async () => setCopied(await copyText(messageLink(channel.id, you, undefined)))}
          onBlur={() => setCopied(false)}
        />
        <Action
          icon="download"
          label={t("Save as Markdown")}
          onClick={() => saveChannel(store, conversation, channel, "md")}
        />
        <Action
          icon="download"
          label={t("Save as JSON")}
          onClick={() => saveChannel(store, conversation, channel, "json")}
        />
        {mayChange && channel.kind === "private" && !isWithPeople && (
          <Action icon="pencil" label={t("Rename channel")} onClick={() => setDialog("name")} />
        )}
        {channel.kind === "private" && !isWithPeople && (
          <Action icon="leave" label={t("Leave channel")} onClick={() => setDialog("leave")} />
        )}
        {mayChange && !isWithPeople && channel.id !== FIRST_CHANNEL && (
          <Action icon="trash" label={t("Delete channel")} onClick={() => setDialog("delete")} />
        )}
      </div>
      {dialog === "topic" && <TopicDialog {...dialogProps} />}
      {dialog === "name" && <NameDialog {...dialogProps} />}
      {dialog === "invite" && <InvitePeople store={store} channel={channel} onClose={close} />}
      {dialog === "guests" && <GuestLink store={store} channel={channel} onClose={close} />}
      {dialog === "leave" && <LeaveDialog {...dialogProps} />}
      {dialog === "delete" && <DeleteDialog {...dialogProps} />}
    </div>
  );
}

type ActionProps = {
  readonly icon: LateIconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly onBlur?: () => void;
};

function Action({ icon, label, onClick, onBlur }: ActionProps) {
  return (
    <button
      type="button"
      class={icon === "trash" ? "action danger-text" : "action"}
      onClick={onClick}
      {...(onBlur && { onBlur })}
    >
      <LateIcon name={icon} />
      {label}
    </button>
  );
}
