/** The colours of people: each gets the hue that the fewest people known on this device have, and keeps it. */
import { localState } from "../storage/local-state.ts";

const HUES = 16;
/** From one hue to the next that is tried: far enough away to look different, and every one is reached. */
const STEP = 7;

const hues = new Map(localState.hues());
const uses = Array.from({ length: HUES }, (_, hue) => [...hues.values()].filter((one) => one === hue).length);
let writing: ReturnType<typeof setTimeout> | undefined;

/** From 0 to 15. Where several hues have the fewest people, the id decides: devices then mostly agree. */
export function hueOf(id: string): number {
  const known = hues.get(id);
  if (known !== undefined) return known;
  let hue = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % HUES, 0);
  const least = Math.min(...uses);
  while (uses[hue] !== least) hue = (hue + STEP) % HUES;
  uses[hue] = least + 1;
  hues.set(id, hue);
  // A crowd that is met at once is written once.
  if (writing !== undefined) return hue;
  writing = setTimeout(() => {
    writing = undefined;
    // Another tab may have met others meanwhile.
    localState.keepHues(new Map([...localState.hues(), ...hues]));
  });
  return hue;
}

/** Another person begins here: nothing is left of whom the one before has met. */
export function forgetHues(): void {
  clearTimeout(writing);
  writing = undefined;
  hues.clear();
  uses.fill(0);
}
