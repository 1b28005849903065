/** How the app looks, and how one writes in it. */
import { t } from "../../i18n/i18n.ts";
import { density, enter, language, theme } from "../../state/preferences.ts";
import { Choice } from "./Choice.tsx";

/** Each language by its own name. */
const LANGUAGE_NAMES = { en: "English", es: "Español", de: "Deutsch", fr: "Français", ja: "日本語", ar: "العربية" };

export function Look() {
  return (
    <>
      <Choice
        legend="Theme"
        preference={theme}
        labels={{ system: "System", light: "Light", dark: "Dark", contrast: "High contrast" }}
        preview={(choice) =>
          choice === "system" ? (
            <span class="theme-halves">
              <ThemePreview theme="light" />
              <ThemePreview theme="dark" />
            </span>
          ) : (
            <ThemePreview theme={choice} />
          )
        }
      />
      <Choice legend="Density" preference={density} labels={{ comfortable: "Comfortable", compact: "Compact" }} />
      <label class="select">
        <span>{t("Language")}</span>
        <select
          value={language.chosen.value}
          onChange={({ currentTarget: { value } }) => {
            const chosen = language.choices.find((choice) => choice === value);
            if (chosen) language.choose(chosen);
          }}
        >
          {language.choices.map((choice) => (
            <option key={choice} value={choice} lang={choice === "system" ? undefined : choice}>
              {choice === "system" ? t("Same as browser") : LANGUAGE_NAMES[choice]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

export function Writing() {
  return <Choice legend="Enter key" preference={enter} labels={{ sends: "Send", breaks: "New line" }} />;
}

/** A rail, a name and two lines, in the colours of a theme. */
function ThemePreview({ theme: name }: { readonly theme: string }) {
  return (
    <span class="theme-preview" data-theme={name} aria-hidden="true">
      <span class="theme-rail" />
      <span class="theme-lines">
        <span />
        <span />
        <span />
      </span>
    </span>
  );
}
