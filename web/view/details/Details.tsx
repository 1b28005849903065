/** What there is to know about a conversation, and to do with it: beside it where there is room, else over it. */
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { kindOf } from "../../../worker/protocol/text.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { type Phrase, t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { detailsTab, type TabName } from "../parts/sheets.ts";
import { About } from "./About.tsx";
import { Files } from "./Files.tsx";
import { Integrations } from "./Integrations.tsx";
import { People } from "./People.tsx";
import { Pins } from "./Pins.tsx";
import "./styles.ts";

/** `onLeave`: the person goes to another conversation from here. */
export type TabProps = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly channel: Channel;
  readonly onLeave: () => void;
};

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly tab: TabName;
};

const TABS: Readonly<Record<TabName, ComponentType<TabProps>>> = { About, People, Pins, Files, Integrations };
const NAMES: readonly TabName[] = ["About", "People", "Pins", "Files", "Integrations"];
/** Where there is room for a third pane. */
const ROOMY = "(min-width: 1100px)";

export function Details(props: Props) {
  const { store, conversation } = props;
  const [isRoomy, setRoomy] = useState(() => matchMedia(ROOMY).matches);
  useEffect(() => {
    const room = matchMedia(ROOMY);
    // What stood beside the conversation does not come over it by itself.
    const look = () => (room.matches ? setRoomy(true) : close());
    room.addEventListener("change", look);
    return () => room.removeEventListener("change", look);
  }, []);
  const title = store.titleOf(conversation.channelId);
  if (!isRoomy) {
    const isPrivate = title.startsWith("#") && kindOf(conversation.channelId) === "private";
    return (
      <Dialog
        title={isPrivate ? title.slice(1) : title}
        sign={isPrivate && <Icon name="lock" />}
        onClose={close}
        isPane
      >
        <Tabs {...props} onLeave={close} />
      </Dialog>
    );
  }
  return (
    <aside class="details-pane" aria-label={t("Details")}>
      <header class="dialog-head">
        <h2>{t("Details")}</h2>
        <IconButton
          name={t("Close")}
          onClick={() => {
            close();
            document.getElementById("open-details")?.focus();
          }}
        >
          <Icon name="close" />
        </IconButton>
      </header>
      <Tabs {...props} onLeave={() => {}} />
    </aside>
  );
}

function close(): void {
  detailsTab.value = undefined;
}

function show(tab: TabName): void {
  detailsTab.value = tab;
}

function Tabs({ store, conversation, tab, onLeave }: Props & { readonly onLeave: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const channel = store.channels.value.get(conversation.channelId);
  const Tab = TABS[tab];

  function onKeyDown({ key }: KeyboardEvent): void {
    const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const step = key === forward ? 1 : key === backward ? -1 : 0;
    const next = step === 0 ? undefined : NAMES[(NAMES.indexOf(tab) + step + NAMES.length) % NAMES.length];
    if (next === undefined) return;
    show(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }

  return (
    <>
      <div ref={list} class="tabs" role="tablist" aria-label={t("Details")} onKeyDown={onKeyDown}>
        {NAMES.map((name) => (
          <button
            key={name}
            type="button"
            id={`tab-${name}`}
            role="tab"
            aria-selected={name === tab}
            aria-controls="details-tab"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => show(name)}
          >
            {t(name satisfies Phrase)}
          </button>
        ))}
      </div>
      <div id="details-tab" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {channel && <Tab store={store} conversation={conversation} channel={channel} onLeave={onLeave} />}
      </div>
    </>
  );
}
