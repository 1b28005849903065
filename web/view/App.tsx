import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { route } from "../route.ts";
import type { Store } from "../store.ts";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import { Conversation } from "./Conversation.tsx";
import { NewChannel } from "./NewChannel.tsx";
import { Notice } from "./Notice.tsx";
import { Rail } from "./Rail.tsx";
import { Stopped } from "./Stopped.tsx";
import { Welcome } from "./Welcome.tsx";

/** So long (ms) a connection has to hold before what is rarely needed is fetched. */
const FETCH_AHEAD_MS = 5_000;

/** What opens over the screen, one at a time; what is rarely needed is loaded when it is. */
type SheetProps = { readonly store: Store; readonly onClose: () => void };

type Props = {
  readonly store: Store;
  /** Starts stopped connections again, and hurries waiting ones. */
  readonly reconnect: () => void;
};

/** The whole screen: who is not in yet is asked for a name; everybody else sees rail and conversation. */
export function App({ store, reconnect }: Props) {
  switch (store.phase.value) {
    case "starting":
      return null;
    case "welcome":
      return <Welcome store={store} />;
    case "unreachable":
      return (
        <Notice
          title="Flack cannot be reached"
          text="It will be tried again."
          action="Try now"
          onAction={store.start}
        />
      );
    case "ended":
      return (
        <Notice
          title="You signed out elsewhere"
          text="This device no longer keeps anything of yours."
          action="Join again"
          onAction={store.start}
        />
      );
    case "in":
      return <Inside store={store} reconnect={reconnect} />;
    default:
      return store.phase.value satisfies never;
  }
}

function Inside({ store, reconnect }: Props) {
  const Sheet = useSignal<ComponentType<SheetProps> | undefined>(undefined);
  const isRailOpen = useSignal(false);
  const where = route.value;
  // Wherever one has gone to, by whatever way, the drawer is out of the way.
  useEffect(() => {
    isRailOpen.value = false;
  }, [where]);
  // What is opened rarely is fetched while there is a network, and not before everything else.
  useEffect(() => {
    if (!store.isConnected.value) return;
    const timer = setTimeout(() => void import("./Settings.tsx"), FETCH_AHEAD_MS);
    return () => clearTimeout(timer);
  }, [store.isConnected.value]);
  const close = () => {
    Sheet.value = undefined;
  };
  return (
    <div class={isRailOpen.value ? "app rail-open" : "app"}>
      <a class="skip-link" href="#composer">
        Skip to the composer
      </a>
      <Rail
        store={store}
        onNewChannel={() => {
          Sheet.value = NewChannel;
        }}
        onSettings={async () => {
          Sheet.value = (await import("./Settings.tsx")).Settings;
        }}
        isOpen={isRailOpen.value}
        onLeave={() => {
          isRailOpen.value = false;
        }}
      />
      <main class="main" inert={isRailOpen.value}>
        <ConnectionStatus store={store} reconnect={reconnect} />
        {route.value.kind === "nowhere" ? (
          <Notice
            title="There is nothing here"
            text="This address leads nowhere."
            action="Go to #general"
            href="/c/general"
          />
        ) : (
          <Conversation
            store={store}
            onOpenRail={() => {
              isRailOpen.value = true;
            }}
          />
        )}
      </main>
      <Stopped store={store} reconnect={reconnect} />
      {Sheet.value && <Sheet.value store={store} onClose={close} />}
    </div>
  );
}
