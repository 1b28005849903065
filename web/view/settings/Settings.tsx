/** The settings: their sections at the side, on a phone a list that leads to each of them. */
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { isTouch } from "../parts/touch.ts";
import { Bots } from "./Bots.tsx";
import { Look, Writing } from "./Look.tsx";
import { Notifications } from "./Notifications.tsx";
import { SignOut } from "./SignOut.tsx";
import { SiteOwners } from "./SiteOwners.tsx";
import { You } from "./You.tsx";

const DeviceLink = lazy(async () => (await import("./DeviceLink.tsx")).DeviceLink);

/** `onAsk`: something is asked in a dialog of its own. `onLeave`: the person goes elsewhere from here. */
export type SectionProps = {
  readonly store: Store;
  readonly onAsk: (question: "link" | "signOut") => void;
  readonly onLeave: () => void;
};

const SECTIONS = {
  You,
  Look,
  Notifications,
  Writing,
  "Bots and keys": Bots,
  Site: SiteOwners,
} satisfies Partial<Record<Phrase, ComponentType<SectionProps>>>;
type SectionName = keyof typeof SECTIONS;
const NAMES: readonly SectionName[] = ["You", "Look", "Notifications", "Writing", "Bots and keys", "Site"];

/** Where there is no room for the list beside a section. */
const NARROW = "(max-width: 719px)";

export function Settings({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  /** What is asked in a dialog of its own, in the place of the settings; closing it leads back to them. */
  const [asking, setAsking] = useState<"link" | "signOut">();
  /** `undefined`: the list is shown. */
  const [name, setName] = useState<SectionName | undefined>(matchMedia(NARROW).matches ? undefined : "You");
  const back = () => setAsking(undefined);
  // Who becomes an owner sees what that gives; who steps down sees what is left.
  const wasOwner = useRef(store.isOwner.value);
  useEffect(() => {
    if (store.isOwner.value !== wasOwner.current) setName(store.isOwner.value ? "Site" : "You");
    wasOwner.current = store.isOwner.value;
  }, [store.isOwner.value]);
  if (asking === "signOut") return <SignOut store={store} onLink={() => setAsking("link")} onClose={back} />;
  if (asking === "link") {
    return (
      <Dialog key="link" title={t("Use on another device")} onClose={back}>
        <DeviceLink store={store} />
      </Dialog>
    );
  }
  const names = NAMES.filter((one) => (one === "Site" ? store.isOwner.value : one !== "Writing" || !isTouch()));
  const Section = name && SECTIONS[name];
  return (
    <Dialog key="settings" title={t("Settings")} isWide onClose={onClose}>
      <div class={name ? "settings" : "settings as-list"}>
        <nav class="settings-sections" aria-label={t("Sections")}>
          {names.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={one === name ? "true" : undefined}
              onClick={() => setName(one)}
            >
              {t(one)}
              <LateIcon name="right" />
            </button>
          ))}
        </nav>
        {name && Section && (
          <div class="settings-section">
            <button type="button" class="settings-back" onClick={() => setName(undefined)}>
              <LateIcon name="left" />
              {t("All settings")}
            </button>
            <h3 class="settings-title">{t(name)}</h3>
            <Section store={store} onAsk={setAsking} onLeave={onClose} />
          </div>
        )}
      </div>
    </Dialog>
  );
}
