/** A button that shows an icon and no word. Its name is for assistive technology, and for a pointer that rests on it. */
import type { ButtonHTMLAttributes } from "preact";

type Props = Omit<ButtonHTMLAttributes, "name" | "class" | "aria-label"> & {
  readonly name: string;
  /** Classes beside its own. */
  readonly class?: string;
};

/** Takes what a button takes. `title` is what the pointer is told where that is more than the name. */
export function IconButton({ name, class: more, ...rest }: Props) {
  return <button type="button" aria-label={name} title={name} {...rest} class={`icon-button ${more ?? ""}`} />;
}
