/** A choice between on and off. */
import { useId } from "preact/hooks";

type Props = {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
};

export function Switch({ label, hint, isOn, onChange }: Props) {
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
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </label>
  );
}
