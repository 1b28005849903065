/**
 * What lies over the conversation: dialogs, sheets, pictures, the drawer. Each has an entry in the browser's history, so that Back closes it
 * before it leaves the conversation. An entry whose layer was closed in another way waits for the next layer; Back passes it by.
 */

/** How each open layer is closed, the lowest first. */
const open: (() => void)[] = [];

/** How many layers the entry where the history stands belongs to. */
let depth = depthOf(history.state);

/** A layer is open from now on. `close` is called when Back closes it. The answer says that it was closed in another way. */
export function openLayer(close: () => void): () => void {
  open.push(close);
  if (depth < open.length) {
    depth = open.length;
    history.pushState({ layers: depth }, "");
  }
  return () => {
    const at = open.lastIndexOf(close);
    if (at >= 0) open.splice(at, 1);
  };
}

/** The history has moved to an entry with this state. `isSamePlace`: the address is the one of before. */
export function passLayers(state: unknown, isSamePlace: boolean): void {
  const before = depth;
  depth = depthOf(state);
  if (!closeAbove(depth) && isSamePlace && depth < before) history.back();
}

/** The way leads elsewhere, and layers end. Whether it takes the place of a layer's entry, where Back would lead to nothing. */
export function leaveLayers(): boolean {
  closeAbove(0);
  const isOfLayer = depth > 0;
  depth = 0;
  return isOfLayer;
}

/** Closes the layers above the first so many, the highest first. Whether there are any. */
function closeAbove(first: number): boolean {
  const closing = open.splice(first).reverse();
  for (const close of closing) close();
  return closing.length > 0;
}

function depthOf(state: unknown): number {
  const layers: unknown = typeof state === "object" && state !== null ? Reflect.get(state, "layers") : 0;
  return typeof layers === "number" ? layers : 0;
}
