/** A calm page for when there is nothing else to show: what is the matter, and the one way on. */
import { Mark } from "../parts/icons.tsx";

type Props = {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onAction: () => void;
};

export function Notice({ title, text, action, onAction }: Props) {
  return (
    <div class="notice" role="alert">
      <Mark />
      <h1>{title}</h1>
      <p>{text}</p>
      <button type="button" class="button primary" onClick={onAction}>
        {action}
      </button>
    </div>
  );
}
