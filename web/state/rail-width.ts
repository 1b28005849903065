/** How wide (px) the rail is, on this device. */
import { signal } from "@preact/signals";

export const RAIL_WIDTH = { min: 200, usual: 260, max: 360, key: "flack.rail-width" };

export const railWidth = signal(kept());

function kept(): number {
  try {
    const width = Number(localStorage.getItem(RAIL_WIDTH.key));
    return width >= RAIL_WIDTH.min && width <= RAIL_WIDTH.max ? width : RAIL_WIDTH.usual;
  } catch {
    return RAIL_WIDTH.usual; // storage is refused
  }
}
