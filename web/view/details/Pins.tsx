/** What is pinned in a conversation. A message that is kept can be gone to. */
import { useState } from "preact/hooks";
import { find } from "../../../worker/protocol/history.ts";
import { t } from "../../i18n/i18n.ts";
import { channelHref, go } from "../../state/route.ts";
import { Text } from "../messages/Text.tsx";
import { dayName } from "../parts/formats.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { openProfile } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";
import type { TabProps } from "./Details.tsx";

export function Pins({ store, conversation, onLeave }: TabProps) {
  const [refusal, setRefusal] = useState<string>();
  const { channelId, history, pins } = conversation;
  if (pins.value.length === 0) return <p class="hint">{t("No pins yet. You can pin a message from its menu.")}</p>;
  return (
    <>
      <ul class="pins">
        {pins.value.map(({ messageId, author, sentAt, text }) => {
          const message = find(history.value, messageId);
          return (
            <li key={messageId}>
              <p class="pin-head">
                <button
                  type="button"
                  class="pin-author"
                  onClick={() => {
                    onLeave();
                    openProfile(author);
                  }}
                >
                  <Avatar person={{ ...author, name: store.nameOf(author) }} />
                  <bdi>{store.nameOf(author)}</bdi>
                </button>
                <small>{dayName(sentAt, store.now())}</small>
                <IconButton
                  name={t("Unpin message")}
                  onClick={async () => {
                    const answer = await (await store.requests()).unpin(channelId, messageId);
                    if (!answer.ok) setRefusal(answer.detail);
                  }}
                >
                  <LateIcon name="unpin" />
                </IconButton>
              </p>
              <Text store={store} id={`pin-${messageId}`} text={text || "📎"} tabIndex={0} />
              {message && (
                <button
                  type="button"
                  class="link-button"
                  onClick={() => {
                    onLeave();
                    go(`${channelHref(channelId, store.person.value?.id)}?m=${message.seq}`);
                  }}
                >
                  {t("Show in conversation")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
    </>
  );
}
