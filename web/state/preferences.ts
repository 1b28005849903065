/**
 * How this device looks, sounds and types: a person's choices, kept for the device and the same in all its tabs.
 * The small script before the first paint reads the same keys; what is chosen takes effect at once.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { LANGUAGES, loadLanguage } from "../i18n/i18n.ts";

const PREFIX = "flack.";
/** What browsers draw round the page, by theme: the colour of the rail. */
const BAR_COLOURS: Readonly<Record<string, string>> = { light: "#262b49", dark: "#0c0e15", contrast: "#000000" };

/** `choices` are all there are; the first is the default. */
export type Preference<C extends string = string> = {
  readonly choices: readonly C[];
  readonly chosen: ReadonlySignal<C>;
  /** A device that keeps nothing knows it until the page goes. */
  choose(choice: C): void;
};

export const theme = preference("theme", ["system", "light", "dark", "contrast"]);
export const density = preference("density", ["comfortable", "compact"]);
/** What a desktop notification tells of: nothing; mentions and direct messages; everything. */
export const notifications = preference("notifications", ["off", "mine", "all"]);
/** Whether this device takes pushes while the app is closed. */
export const push = preference("push", ["off", "on"]);
export const sound = preference("sound", ["off", "on"]);
/** What Enter does in the composer. */
export const enter = preference("enter", ["sends", "breaks"]);
/** Whether this device still has to offer a recovery code. */
export const recoveryOffer = preference("recoveryOffer", ["open", "made"]);
/** Whether this device has shown the hints of the first visit. */
export const hints = preference("hints", ["new", "seen"]);
/** `system`: the browser's. */
export const language = preference("language", ["system", ...LANGUAGES]);

/** Shows what is chosen, from now on. */
export function follow(): void {
  const page = document.documentElement;
  effect(() => {
    page.dataset["theme"] = theme.chosen.value;
    page.dataset["density"] = density.chosen.value;
    for (const bar of document.querySelectorAll<HTMLMetaElement>("meta[name='theme-color']")) {
      const colours = BAR_COLOURS[theme.chosen.value] ?? BAR_COLOURS[bar.media.includes("dark") ? "dark" : "light"];
      bar.content = colours ?? "";
    }
  });
  effect(() => {
    const wanted = language.chosen.value === "system" ? navigator.languages : [language.chosen.value];
    const lang = wanted.map((tag) => tag.slice(0, 2)).find((tag) => LANGUAGES.some((known) => known === tag)) ?? "en";
    if (page.lang === lang) return;
    page.lang = lang;
    page.dir = lang === "ar" ? "rtl" : "ltr";
    void loadLanguage();
  });
}

function preference<const C extends string>(name: string, choices: readonly [C, ...C[]]): Preference<C> {
  const key = PREFIX + name;
  const chosen = signal(read());
  addEventListener("storage", (event) => {
    if (event.key === key) chosen.value = read();
  });

  function read(): C {
    try {
      const kept = localStorage.getItem(key);
      return choices.find((choice) => choice === kept) ?? choices[0];
    } catch {
      return choices[0]; // storage is refused: nothing was chosen
    }
  }

  return {
    choices,
    chosen,
    choose(choice) {
      chosen.value = choice;
      try {
        if (choice === choices[0]) localStorage.removeItem(key);
        else localStorage.setItem(key, choice);
      } catch (error) {
        console.warn("storage is not to be had", error);
      }
    },
  };
}
