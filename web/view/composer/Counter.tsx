/** How long a text may be, and what there is to do when it is longer. */
import { TEXT_MAX_POINTS } from "../../../worker/protocol/limits.ts";
import { countPoints } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";

/** The counter appears when so many characters (code points) are left. */
const SHOWN_FROM = TEXT_MAX_POINTS / 10;
/** A name of one letter is sent as an id of up to 35: a text shorter than this fits whatever it mentions. */
const SURELY_FITS = Math.floor((TEXT_MAX_POINTS - SHOWN_FROM) / 17);

/**
 * How many characters too many a typed text has, counted as it is sent: mentions are longer there than here, shortcodes shorter.
 * Zero or less: so many are left.
 */
export function excessOf(store: Store, typed: string): number {
  if (typed.length < SURELY_FITS) return typed.length - TEXT_MAX_POINTS;
  return countPoints(store.textToSend(typed)) - TEXT_MAX_POINTS;
}

/** Says how much room is left, once it is little, and what to do when there is none. */
export function Counter({
  id,
  excess,
  onSendAsFile,
}: {
  readonly id: string;
  readonly excess: number;
  /** Where files can be sent, a text that is too long can be one. */
  readonly onSendAsFile?: () => void;
}) {
  return (
    <span id={id} class={excess > 0 ? "counter over" : "counter"} role="status">
      {excess > 0 ? t("{n} characters too many", { n: excess }) : excess > -SHOWN_FROM ? -excess : ""}
      {excess > 0 && onSendAsFile && (
        <>
          {" · "}
          <button type="button" class="link-button" onClick={onSendAsFile}>
            {t("Send as a file")}
          </button>
        </>
      )}
    </span>
  );
}
