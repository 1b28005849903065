/** A component that is fetched when it is first shown, and shows nothing until it is there. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { fetchPart, noteChance } from "../../network/load-part.ts";

type Options<P> = {
  /** Is shown while it cannot be fetched. */
  readonly missing?: ComponentType<P>;
  /** So long (ms) it waits for what matters more. */
  readonly waitMs?: number;
};

export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  { missing, waitMs }: Options<P> = {},
): ComponentType<P> {
  const loaded = signal<ComponentType<P> | undefined>(undefined);
  let isBegun = false;
  return function Lazy(props: P) {
    useEffect(() => {
      if (isBegun) return void (loaded.peek() === missing && noteChance());
      const timer = setTimeout(begin, waitMs); // once what is there already is painted
      return () => clearTimeout(timer);
    }, []);
    return loaded.value ? <loaded.value {...props} /> : null;
  };

  async function begin(): Promise<void> {
    if (isBegun) return;
    isBegun = true;
    loaded.value = await fetchPart(load, () => {
      loaded.value = missing;
    });
  }
}
