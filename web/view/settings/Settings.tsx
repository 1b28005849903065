/** The settings: their sections at the side, on a phone a list that leads to each of them. */
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import choices from "../../styles/choices.css?inline";
import credentials from "../../styles/credentials.css?inline";
import styles from "../../styles/settings.css?inline";
import { Dialog } from "../dialogs/Dialog.tsx";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { isTouch } from "../parts/touch.ts";
import { Bots } from "./Bots.tsx";
import { Look, Writing } from "./Look.tsx";
import { Notifications } from "./Notifications.tsx";
import { SignOut } from "./SignOut.tsx";
import { SiteOwners } from "./SiteOwners.tsx";
import { You } from "./You.tsx";

adoptStyles(styles + choices + credentials);

const DeviceLink = lazy(async () => (await import("./DeviceLink.tsx")).DeviceLink);

export type SectionName = "You" | "Look" | "Notifications" | "Writing" | "Bots and keys" | "Site";

/** `onAsk`: something is asked in a dialog of its own. `onLeave`: the person goes elsewhere from here. */
export type SectionProps = {
  readonly store: Store;
  readonly onAsk: (question: "link" | "signOut") => void;
  readonly onLeave: () => void;
  /** Leads to another section. */
  readonly onShow: (section: SectionName) => void;
};

const SECTIONS = {
  You,
  Look,
  Notifications,
  Writing,
  "Bots and keys": Bots,
  Site: SiteOwners,
} satisfies Record<SectionName & Phrase, ComponentType<SectionProps>>;
const NAMES: readonly SectionName[] = ["You", "Look", "Notifications", "Writing", "Bots and keys", "Site"];

/** Where there is no room for the list beside a section. */
const NARROW = "(max-width: 719px)";

export function Settings({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  /** What is asked in a dialog of its own, in the place of the settings; closing it leads back to them. */
  const [asking, setAsking] = useState<"link" | "signOut">();
  const [chosen, setChosen] = useState<SectionName>();
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  const title = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLElement>(null);
  /** The section that was shown before. */
  const before = useRef<SectionName | undefined>(undefined);
  // A section that is not there for this person any more leads to the first one.
  const wanted = chosen === "Site" && !store.isOwner.value ? "You" : chosen;
  /** `undefined`: the list is shown. */
  const name = wanted ?? (isNarrow ? undefined : "You");
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = () => setNarrow(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  // The focus goes with what is shown, where the button that was pressed is out of sight. At once: the next key may move it.
  useLayoutEffect(() => {
    const from = before.current;
    before.current = name;
    if (from === name || (from === undefined && !chosen)) return;
    if (name === undefined) list.current?.querySelectorAll("button")[from ? names.indexOf(from) : 0]?.focus();
    else if (!list.current?.contains(document.activeElement) || isNarrow) title.current?.focus();
  }, [name]);
  const back = () => setAsking(undefined);
  const names = NAMES.filter((one) => (one === "Site" ? store.isOwner.value : one !== "Writing" || !isTouch()));
  if (asking === "signOut") return <SignOut store={store} onLink={() => setAsking("link")} onClose={back} />;
  if (asking === "link") {
    return (
      <Dialog key="link" title={t("Use on another device")} onClose={back}>
        <DeviceLink store={store} />
      </Dialog>
    );
  }
  const Section = name && SECTIONS[name];
  return (
    <Dialog key="settings" title={t("Settings")} isWide onClose={onClose}>
      <div class={name ? "settings" : "settings as-list"}>
        <nav ref={list} class="settings-sections" aria-label={t("Sections")}>
          {names.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={one === name ? "true" : undefined}
              onClick={() => setChosen(one)}
            >
              {t(one)}
              <LateIcon name="right" />
            </button>
          ))}
        </nav>
        {name && Section && (
          <div class="settings-section">
            <button type="button" class="settings-back" onClick={() => setChosen(undefined)}>
              <LateIcon name="left" />
              {t("All settings")}
            </button>
            <h3 ref={title} class="settings-title" tabIndex={-1}>
              {t(name)}
            </h3>
            <Section store={store} onAsk={setAsking} onLeave={onClose} onShow={setChosen} />
          </div>
        )}
      </div>
    </Dialog>
  );
}
