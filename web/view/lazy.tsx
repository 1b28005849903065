import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/** A component that is fetched when it is first shown, and shows nothing until it is there; where it cannot be, `missing`. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  missing?: ComponentType<P>,
): ComponentType<P> {
  const loaded = signal<ComponentType<P> | undefined>(undefined);
  return function Lazy(props: P) {
    useEffect(() => {
      if (loaded.value !== missing && loaded.value) return;
      const timer = setTimeout(fetchInto); // once what is there already is painted
      return () => clearTimeout(timer);
    }, []);
    return loaded.value ? <loaded.value {...props} /> : null;
  };

  async function fetchInto(): Promise<void> {
    try {
      loaded.value = await load();
    } catch (error) {
      console.warn("a part of the page could not be fetched", error); // shown anew, it is tried again
      loaded.value = missing;
    }
  }
}
