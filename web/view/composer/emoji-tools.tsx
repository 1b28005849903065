/** What stands around the emoji of a picker: the way to a category, and the skin tone. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Phrase, t, told } from "../../i18n/i18n.ts";
import { chooseSkinTone, SKIN_TONES, type SkinTone, skinTone } from "../../state/recent-emoji.ts";

/** By category of Unicode, an emoji of it. */
const SIGNS: Readonly<Record<string, string>> = {
  "Smileys & Emotion": "😀",
  "People & Body": "👋",
  "Animals & Nature": "🐻",
  "Food & Drink": "🍎",
  "Travel & Places": "✈️",
  Activities: "⚽",
  Objects: "💡",
  Symbols: "🔣",
  Flags: "🏁",
};

/** A category is shown once its name is so near (px) to the top. */
const HEAD_PX = 24;

type TabsProps = {
  readonly picker: RefObject<HTMLElement | null>;
  /** Of the categories, as they follow the recent ones. */
  readonly names: readonly string[];
};

/** One stop for Tab; arrows lead from one to the next, and down into its emoji. */
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
          {name === "" ? "🕘" : (SIGNS[name] ?? "•")}
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
