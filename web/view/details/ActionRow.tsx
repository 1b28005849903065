/** A button for an action, which looks like the rows of people below it. */
import { useId } from "preact/hooks";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";

type Props = {
  readonly icon: LateIconName;
  readonly label: string;
  readonly act: () => void;
  /** Who the action is about. It is no part of the button's name. */
  readonly hint?: string;
};

export function ActionRow({ icon, label, act, hint }: Props) {
  const hintId = useId();
  return (
    <div class="action-place">
      <button
        type="button"
        class="person action-row"
        aria-describedby={hint === undefined ? undefined : hintId}
        onClick={act}
      >
        <span class="channel-sign">
          <LateIcon name={icon} />
        </span>
        <span class="action-label">{label}</span>
      </button>
      {hint !== undefined && (
        <p id={hintId} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}
