/** A calm page for when there is nothing else to show: what is the matter, and the way on. */
import type { ComponentChildren } from "preact";
import { Mark } from "../parts/icons.tsx";

type Props = {
  readonly title: string;
  readonly text?: string | undefined;
  readonly action: string;
  readonly onAction?: () => void;
  /** Where the action leads, when it is a place. */
  readonly href?: string;
  /** Other ways on. */
  readonly children?: ComponentChildren;
};

export function Notice({ title, text, action, onAction, href, children }: Props) {
  return (
    <div class="notice" role="alert">
      <Mark />
      <h1>{title}</h1>
      {text !== undefined && <p>{text}</p>}
      {href === undefined ? (
        <button type="button" class="button primary" onClick={onAction}>
          {action}
        </button>
      ) : (
        <a class="button primary" href={href}>
          {action}
        </a>
      )}
      {children}
    </div>
  );
}
