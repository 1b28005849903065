/** The field above a list, which keeps what fits the typed words. */
type Props = {
  /** What it finds: its name and its placeholder. */
  readonly label: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  readonly hasFocus?: boolean;
};

export function FindField({ label, typed, onType, hasFocus = false }: Props) {
  return (
    <input
      aria-label={label}
      placeholder={label}
      autocomplete="off"
      spellcheck={false}
      dir="auto"
      autofocus={hasFocus}
      value={typed}
      onInput={({ currentTarget }) => onType(currentTarget.value)}
    />
  );
}
