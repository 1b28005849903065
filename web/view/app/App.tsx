/** The whole screen: who is not in yet is asked for a name; everybody else sees rail and conversation. */
import { useEffect, useLayoutEffect } from "preact/hooks";
import { CLOSE } from "../../../worker/protocol/errors.ts";
import { t } from "../../i18n/i18n.ts";
import { openLayer } from "../../state/layers.ts";
import { route } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { ConversationView } from "../conversation/Conversation.tsx";
import { lazy } from "../parts/lazy.tsx";
import { isDrawerOpen, sheet } from "../parts/sheets.ts";
import { Rail } from "../rail/Rail.tsx";
import { ConnectionStatus } from "./ConnectionStatus.tsx";

const Outside = lazy(async () => (await import("./Outside.tsx")).Outside);
const Unavailable = lazy(async () => (await import("./Unavailable.tsx")).Unavailable);
const Banners = lazy<{ readonly store: Store }>(async () => (await import("./Banners.tsx")).Banners);
const OpenSheet = lazy(async () => (await import("../dialogs/OpenSheet.tsx")).OpenSheet);

type Props = {
  readonly store: Store;
  /** Starts stopped connections again, and hurries waiting ones. */
  readonly reconnect: () => void;
};

export function App({ store, reconnect }: Props) {
  const phase = store.phase.value;
  if (phase === "starting") return null;
  return phase === "in" ? <Inside store={store} reconnect={reconnect} /> : <Outside store={store} />;
}

function Inside({ store, reconnect }: Props) {
  const isRailOpen = isDrawerOpen.value;
  const where = route.value;
  const isUnavailable = where.kind === "nowhere" || store.stopped.value === CLOSE.channelGone;
  // Wherever one has gone to, by whatever way, the drawer is out of the way.
  useEffect(closeRail, [where]);
  // At once: Back may come before the next effect.
  useLayoutEffect(() => (isRailOpen ? openLayer(closeRail) : undefined), [isRailOpen]);
  useEffect(() => closeAll, []);
  return (
    <div class={isRailOpen ? "app rail-open" : "app"}>
      {!isUnavailable && (
        <a class="skip-link" href="#composer">
          {t("Skip to the composer")}
        </a>
      )}
      <Rail store={store} isOpen={isRailOpen} onLeave={closeRail} />
      <main class="main" inert={isRailOpen}>
        <div class="strips">
          <ConnectionStatus store={store} reconnect={reconnect} />
          {(store.isNewer.value || store.isPersistenceFailing.value) && <Banners store={store} />}
        </div>
        {isUnavailable ? (
          <Unavailable store={store} reconnect={reconnect} onOpenRail={openRail} />
        ) : (
          <ConversationView store={store} onOpenRail={openRail} />
        )}
      </main>
      {(sheet.value ?? store.inviteProblem.value ?? store.stopped.value) !== undefined && (
        <OpenSheet store={store} reconnect={reconnect} />
      )}
    </div>
  );
}

function openRail(): void {
  isDrawerOpen.value = true;
}

function closeRail(): void {
  isDrawerOpen.value = false;
}

/** Nothing that was open for one person is open for the next. */
function closeAll(): void {
  closeRail();
  sheet.value = undefined;
}
