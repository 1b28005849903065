/** What a conversation is about, and what can be done with it. */
import { useState } from "preact/hooks";
import { FIRST_CHANNEL } from "../../../worker/protocol/names.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { messageLink } from "../../state/route.ts";
import { InvitePeople } from "../dialogs/InvitePeople.tsx";
import { copyText } from "../parts/clipboard.ts";
import { fullTime } from "../parts/formats.ts";
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
            <button type="button" class="button" onClick={() => setDialog("topic")}>
              {t(channel.topic === "" ? "Add a topic" : "Edit topic")}
            </button>
          )}
        </section>
      )}
      {!isWithPeople && (
        <p class="hint">
          {rich("Created by {name} on {time}.", {
            name: <bdi>{store.nameOf(channel.createdBy)}</bdi>,
            time: fullTime(channel.createdAt),
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
        {channel.kind !== "direct" && !isWithPeople && (
          <button type="button" class="button" onClick={() => setDialog("invite")}>
            {t("Invite people")}
          </button>
        )}
        {mayChange && channel.kind === "public" && (
          <button type="button" class="button" onClick={() => setDialog("guests")}>
            {t("Guest link")}
          </button>
        )}
        <button type="button" class="button" onClick={() => saveChannel(store, conversation, channel, "md")}>
          {t("Save as Markdown")}
        </button>
        <button type="button" class="button" onClick={() => saveChannel(store, conversation, channel, "json")}>
          {t("Save as JSON")}
        </button>
        {mayChange && channel.kind === "private" && !isWithPeople && (
          <button type="button" class="button" onClick={() => setDialog("name")}>
            {t("Rename channel")}
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={async () => {
            setCopied(await copyText(messageLink(channel.id, you, undefined)));
          }}
          onBlur={() => setCopied(false)}
        >
          {t(isCopied ? "Copied" : "Copy link")}
        </button>
        {channel.kind === "private" && !isWithPeople && (
          <button type="button" class="button" onClick={() => setDialog("leave")}>
            {t("Leave channel")}
          </button>
        )}
        {mayChange && !isWithPeople && channel.id !== FIRST_CHANNEL && (
          <button type="button" class="button danger-text" onClick={() => setDialog("delete")}>
            {t("Delete channel")}
          </button>
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
