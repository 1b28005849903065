/** What lies over the screen: a sheet, one at a time, and what is to be said of a connection or an invite. Each is fetched with its part. */
import type { ComponentType } from "preact";
import type { Store } from "../../state/store.ts";
import { lazy } from "../parts/lazy.tsx";
import { type SheetName, sheet } from "../parts/sheets.ts";

type SheetProps = { readonly store: Store; readonly onClose: () => void };

const InviteOver = lazy<{ readonly store: Store }>(async () => (await import("../app/InviteOver.tsx")).InviteOver);
const Stopped = lazy(async () => (await import("../app/Stopped.tsx")).Stopped);
const SHEETS = {
  newChannel: lazy<SheetProps>(async () => (await import("./NewChannel.tsx")).NewChannel),
  newDirect: lazy<SheetProps>(async () => (await import("./NewDirect.tsx")).NewDirect),
  settings: lazy<SheetProps>(async () => (await import("../settings/Settings.tsx")).Settings),
  switcher: lazy<SheetProps>(async () => (await import("./Switcher.tsx")).Switcher),
  shortcuts: lazy<SheetProps>(async () => (await import("../settings/Shortcuts.tsx")).Shortcuts),
  browse: lazy<SheetProps>(async () => (await import("./BrowseChannels.tsx")).BrowseChannels),
  invite: lazy<SheetProps>(async () => (await import("./InvitePeople.tsx")).InviteSheet),
  profile: lazy<SheetProps>(async () => (await import("../people/Profile.tsx")).Profile),
  unsent: lazy<SheetProps>(async () => (await import("../rail/UnsentMessages.tsx")).UnsentMessages),
} satisfies Record<SheetName, ComponentType<SheetProps>>;

type Props = {
  readonly store: Store;
  /** Starts stopped connections again. */
  readonly reconnect: () => void;
};

export function OpenSheet({ store, reconnect }: Props) {
  const Sheet = sheet.value && SHEETS[sheet.value];
  return (
    <>
      {store.stopped.value !== undefined && <Stopped store={store} reconnect={reconnect} />}
      {store.inviteProblem.value !== undefined && <InviteOver store={store} />}
      {Sheet && <Sheet store={store} onClose={closeSheet} />}
    </>
  );
}

function closeSheet(): void {
  sheet.value = undefined;
}
