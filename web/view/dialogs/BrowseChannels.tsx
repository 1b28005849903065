/** All channels that are there for this person, hidden ones too. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { fold } from "../../text/fold.ts";
import { FindField } from "../parts/FindField.tsx";
import { dayOrTime } from "../parts/formats.ts";
import { Icon } from "../parts/icons.tsx";
import { sheet } from "../parts/sheets.ts";
import { shownUnread } from "../rail/shown-unread.ts";
import { Dialog } from "./Dialog.tsx";
import { UnreadCount } from "./UnreadCount.tsx";
import "../parts/options.ts";

export function BrowseChannels({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const wanted = fold(typed.trim().replace(/^#/, ""));
  const channels = [...store.channels.value.values()]
    .filter(({ name, topic }) => name !== "" && fold(`${name} ${topic}`).includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <Dialog title={t("Browse channels")} onClose={onClose}>
      <FindField label={t("Find channels")} typed={typed} onType={setTyped} hasFocus />
      <button
        type="button"
        class="person action-row"
        onClick={() => {
          sheet.value = "newChannel";
        }}
      >
        <span class="channel-sign">
          <Icon name="plus" />
        </span>
        {t("New channel")}
      </button>
      <p class="hint browse-head">
        <span role="status">
          {channels.length === 0
            ? t("No channel has this name or topic.")
            : t(wanted === "" ? "{n} channels" : "{n} results", { n: channels.length })}
        </span>
        {channels.length > 0 && <span aria-hidden="true">{t("Last message")}</span>}
      </p>
      <ul class="people browse">
        {channels.map((channel) => {
          const { id, kind, name, topic, lastAt } = channel;
          return (
            <li key={id}>
              <button
                type="button"
                class="person"
                aria-current={store.open.value?.channelId === id ? "page" : undefined}
                onClick={() => {
                  onClose();
                  go(channelHref(id));
                }}
              >
                <span class="channel-sign">{kind === "public" ? "#" : <Icon name="lock" />}</span>
                <span class="option-lines">
                  <bdi class="option-label">{name}</bdi>
                  <span class="option-note" dir="auto">
                    {topic || t("No topic yet.")}
                  </span>
                </span>
                <UnreadCount unread={shownUnread(store, channel).count} />
                <span class="person-note">
                  {store.preferenceOf(id).hidden === true && <span>{t("Hidden")}</span>}
                  {lastAt === null ? (
                    <span>{t("No messages yet.")}</span>
                  ) : (
                    <span>
                      <span class="visually-hidden">{t("Last message")} </span>
                      {dayOrTime(lastAt, store.now())}
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
