/** A modal dialog of the platform: open as long as its component is there; afterwards the focus is where it was. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { openLayer } from "../../state/layers.ts";

/** `returnTo`: where the focus goes instead of where it came from. */
export function useModal(dialog: RefObject<HTMLDialogElement | null>, returnTo?: () => HTMLElement | null): void {
  // In the turn in which it goes: the clean-up of a plain effect comes later, and a key typed until then is lost.
  useLayoutEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    // What comes first is the sign that closes it. The dialog itself has the focus then, and its name is spoken.
    if (document.activeElement?.matches(".dialog-head *")) shown?.focus();
    const closed = openLayer(() => shown?.close());
    return () => {
      const active = document.activeElement;
      // The browser closes it before its component goes. Where the person has gone on since, the focus stays.
      const isElsewhere = active !== before && active !== document.body && !shown?.contains(active);
      closed();
      shown?.close();
      const after = isElsewhere ? active : (returnTo?.() ?? before);
      if (after instanceof HTMLElement && after !== document.body) after.focus();
    };
  }, []);
}
