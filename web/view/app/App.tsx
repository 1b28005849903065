/** The whole screen: who is not in yet is asked for a name; everybody else sees rail and conversation. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { route } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { ConversationView } from "../conversation/Conversation.tsx";
import { lazy } from "../parts/lazy.tsx";
import { type SheetName, sheet } from "../parts/sheets.ts";
import { Rail } from "../rail/Rail.tsx";
import { ConnectionStatus } from "./ConnectionStatus.tsx";

/** What opens over the screen, one at a time. */
type SheetProps = { readonly store: Store; readonly onClose: () => void };

const Welcome = lazy(async () => (await import("./Welcome.tsx")).Welcome);
const Outside = lazy(async () => (await import("./Outside.tsx")).Outside);
const Nowhere = lazy(async () => (await import("./Nowhere.tsx")).Nowhere);
const Linked = lazy(async () => (await import("../settings/Linked.tsx")).Linked);
const NewVersion = lazy<{ readonly store: Store }>(async () => (await import("./NewVersion.tsx")).NewVersion);
const NotStored = lazy(async () => (await import("./NotStored.tsx")).NotStored);
const Stopped = lazy(async () => (await import("./Stopped.tsx")).Stopped);
const InviteOver = lazy<{ readonly store: Store }>(async () => (await import("./InviteOver.tsx")).InviteOver);
const SHEETS = {
  newChannel: lazy<SheetProps>(async () => (await import("../dialogs/NewChannel.tsx")).NewChannel),
  newDirect: lazy<SheetProps>(async () => (await import("../dialogs/NewDirect.tsx")).NewDirect),
  settings: lazy<SheetProps>(async () => (await import("../settings/Settings.tsx")).Settings),
  switcher: lazy<SheetProps>(async () => (await import("../dialogs/Switcher.tsx")).Switcher),
  shortcuts: lazy<SheetProps>(async () => (await import("../settings/Shortcuts.tsx")).Shortcuts),
  browse: lazy<SheetProps>(async () => (await import("../dialogs/BrowseChannels.tsx")).BrowseChannels),
  profile: lazy<SheetProps>(async () => (await import("../people/Profile.tsx")).Profile),
  unsent: lazy<SheetProps>(async () => (await import("../rail/UnsentMessages.tsx")).UnsentMessages),
} satisfies Record<SheetName, ComponentType<SheetProps>>;

type Props = {
  readonly store: Store;
  /** Starts stopped connections again, and hurries waiting ones. */
  readonly reconnect: () => void;
};

export function App({ store, reconnect }: Props) {
  switch (store.phase.value) {
    case "starting":
      return null;
    case "welcome":
      return <Welcome store={store} />;
    case "unreachable":
    case "ended":
      return <Outside store={store} />;
    case "linked":
      return <Linked store={store} />;
    case "in":
      return <Inside store={store} reconnect={reconnect} />;
    default:
      return store.phase.value satisfies never;
  }
}

function Inside({ store, reconnect }: Props) {
  const [isRailOpen, setRailOpen] = useState(false);
  const where = route.value;
  // Wherever one has gone to, by whatever way, the drawer is out of the way.
  useEffect(() => setRailOpen(false), [where]);
  useEffect(() => () => open(undefined), []);
  const Sheet = sheet.value && SHEETS[sheet.value];
  return (
    <div class={isRailOpen ? "app rail-open" : "app"}>
      <a class="skip-link" href="#composer">
        {t("Skip to the composer")}
      </a>
      <Rail store={store} isOpen={isRailOpen} onLeave={() => setRailOpen(false)} />
      <main class="main" inert={isRailOpen}>
        <ConnectionStatus store={store} reconnect={reconnect} />
        {store.isNewer.value && <NewVersion store={store} />}
        {store.isPersistenceFailing.value && <NotStored />}
        {route.value.kind === "nowhere" ? (
          <Nowhere />
        ) : (
          <ConversationView store={store} onOpenRail={() => setRailOpen(true)} />
        )}
      </main>
      {store.stopped.value !== undefined && <Stopped store={store} reconnect={reconnect} />}
      {store.inviteProblem.value !== undefined && <InviteOver store={store} />}
      {Sheet && <Sheet store={store} onClose={() => open(undefined)} />}
    </div>
  );
}

function open(name: SheetName | undefined): void {
  sheet.value = name;
}
