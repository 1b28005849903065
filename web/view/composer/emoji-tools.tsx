/** What stands around the emoji of a picker: the way to a category, and the skin tone. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Phrase, t, told } from "../../i18n/i18n.ts";
import { chooseSkinTone, SKIN_TONES, type SkinTone, skinTone } from "../../state/recent-emoji.ts";
import { Drawing } from "../parts/icons.tsx";

/** The icon of a category of Unicode, as a path. The recent ones are under "". */
const ICONS: Readonly<Record<string, string>> = {
  "": "M12 20a8 8 0 100-16 8 8 0 000 16zM12 7.5V12l3 2",
  "Smileys & Emotion": "M12 20a8 8 0 100-16 8 8 0 000 16zM9 10v.5M15 10v.5M8.5 14c1.8 2.4 5.2 2.4 7 0",
  "People & Body": "M12 11.5a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM5 20c.5-3.6 3.3-5.5 7-5.5s6.5 1.9 7 5.5",
  "Animals & Nature": "M6 18C4.5 10 9.5 5 19.5 4.5 20 14.5 14 20 6 18zM4.5 20c2-4.5 5-7.5 9-9.5",
  "Food & Drink": "M5 9h11v6a4 4 0 01-4 4H9a4 4 0 01-4-4zM16 10.5h1.5a2.5 2.5 0 010 5H16M8.5 4v2M12.5 4v2",
  "Travel & Places": "M4.5 17v-4.5L7 7h10l2.5 5.5V17zM4.5 12.5h15M7 17v2M17 17v2M8 14.8h.5M15.5 14.8h.5",
  Activities: "M12 20a8 8 0 100-16 8 8 0 000 16zM4 12h16M12 4c-4.5 4.5-4.5 11.5 0 16M12 4c4.5 4.5 4.5 11.5 0 16",
  Objects: "M9.5 17h5M10.5 20h3M9.5 17c0-2.2-3-3.5-3-7a5.5 5.5 0 0111 0c0 3.5-3 4.8-3 7",
  Symbols: "M12 19.5C7.5 16 4.5 13 4.5 9.5A3.9 3.9 0 0112 8a3.9 3.9 0 017.5 1.5c0 3.5-3 6.5-7.5 10z",
  Flags: "M6 20V5h11l-2 4 2 4H6",
};
const OTHER_ICON = "M5 5h14v14H5z";

/** A category is shown once its name is so near (px) to the top. */
const HEAD_PX = 24;

type TabsProps = {
  readonly picker: RefObject<HTMLElement | null>;
  /** Of the categories, as they follow the recent ones. */
  readonly names: readonly string[];
};

/** One stop for Tab. Arrows lead from tab to tab, and down into the emoji of a category. */
export function CategoryTabs({ picker, names }: TabsProps) {
  const [at, setAt] = useState(0);
  const groups = () => [...(picker.current?.querySelectorAll<HTMLElement>(".picker-group") ?? [])];

  useEffect(() => {
    const list = picker.current?.querySelector<HTMLElement>(".picker-list");
    if (!list) return undefined;
    const look = () => {
      const { top } = list.getBoundingClientRect();
      const passed = groups().filter((group) => group.getBoundingClientRect().top <= top + HEAD_PX);
      setAt(Math.max(0, passed.length - 1));
    };
    list.addEventListener("scroll", look, { passive: true });
    return () => list.removeEventListener("scroll", look);
  }, []);

  // The tab of the category that is shown is in sight.
  useEffect(() => {
    picker.current
      ?.querySelector(".picker-tab[aria-selected=true]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at]);

  function onKeyDown({ key, currentTarget }: KeyboardEvent): void {
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = { ArrowLeft: -forward, ArrowRight: forward }[key];
    if (!(currentTarget instanceof HTMLElement)) return;
    const tabs = [...currentTarget.querySelectorAll("button")];
    const focused = tabs.findIndex((tab) => tab.matches(":focus"));
    if (key === "ArrowDown") groups()[focused]?.querySelector<HTMLElement>(".emoji")?.focus();
    if (step === undefined) return;
    tabs[(focused + step + tabs.length) % tabs.length]?.focus();
  }

  return (
    <div class="picker-tabs" role="tablist" aria-label={t("Categories")} onKeyDown={onKeyDown}>
      {["", ...names].map((name, index) => (
        <button
          key={name}
          type="button"
          class="picker-tab"
          aria-label={name === "" ? t("Recent") : told("", name)}
          title={name === "" ? t("Recent") : told("", name)}
          role="tab"
          aria-selected={index === at}
          tabIndex={index === at ? 0 : -1}
          onClick={() => leadTo(groups()[index])}
        >
          <Drawing path={ICONS[name] ?? OTHER_ICON} />
        </button>
      ))}
    </div>
  );
}

/** What is not seen yet has no size of its own: on the way there the place moves, frame by frame. */
function leadTo(group: HTMLElement | undefined, frames = 8): void {
  group?.scrollIntoView({ block: "start" });
  if (frames > 0) requestAnimationFrame(() => leadTo(group, frames - 1));
}

const TONES = {
  "": "No skin tone",
  "\u{1f3fb}": "Light skin tone",
  "\u{1f3fc}": "Medium-light skin tone",
  "\u{1f3fd}": "Medium skin tone",
  "\u{1f3fe}": "Medium-dark skin tone",
  "\u{1f3ff}": "Dark skin tone",
} as const satisfies Record<SkinTone, Phrase>;

/** The choice stays, on this device. */
export function SkinTones() {
  return (
    <fieldset class="picker-tones">
      <legend class="visually-hidden">{t("Skin tone")}</legend>
      {SKIN_TONES.map((tone) => (
        <label key={tone} title={t(TONES[tone])}>
          <input
            type="radio"
            class="visually-hidden"
            name="skin-tone"
            aria-label={t(TONES[tone])}
            checked={tone === skinTone.value}
            onChange={() => chooseSkinTone(tone)}
          />
          <span>{`✋${tone}`}</span>
        </label>
      ))}
    </fieldset>
  );
}
