/** One of a few: radio buttons that look like one control with as many parts. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import type { Preference } from "../../state/preferences.ts";

type Props<C extends string> = {
  readonly legend: Phrase;
  readonly preference: Preference<C>;
  readonly labels: Readonly<Record<C, Phrase>>;
  /** What a choice looks like, above its name. */
  readonly preview?: (choice: C) => ComponentChildren;
  /** Asked before what was chosen takes effect: whether it may. */
  readonly mayChoose?: (choice: C) => Promise<boolean>;
};

export function Choice<C extends string>({ legend, preference, labels, preview, mayChoose }: Props<C>) {
  const { choices, chosen, choose } = preference;
  /** The browser has checked what may not be chosen. */
  const [, redraw] = useState(0);
  return (
    <fieldset class={preview ? "choice pictured" : "choice"}>
      <legend>{t(legend)}</legend>
      <div class="segments">
        {choices.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name={legend}
              checked={chosen.value === choice}
              onChange={async () => {
                if (!mayChoose || (await mayChoose(choice))) choose(choice);
                else redraw((times) => times + 1);
              }}
            />
            {preview?.(choice)}
            <span>{t(labels[choice])}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
