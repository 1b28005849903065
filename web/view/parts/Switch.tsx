/** A choice between on and off. */
import { useId } from "preact/hooks";

type Props = {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  /** It has no effect now, because of another choice. */
  readonly isIdle?: boolean;
  readonly onChange: (isOn: boolean) => void;
};

export function Switch({ label, hint, isOn, isIdle = false, onChange }: Props) {
  const hintId = useId();
  return (
    <label class="switch">
      <span>
        {label}
        {hint !== undefined && (
          <span id={hintId} class="hint">
            {hint}
          </span>
        )}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-label={label}
        aria-checked={isOn}
        aria-describedby={hint === undefined ? undefined : hintId}
        checked={isOn}
        disabled={isIdle}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </label>
  );
}
