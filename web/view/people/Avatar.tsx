/** Initials on the colour of the person, not of the name: two people with names alike still differ. */
import type { Person } from "../../../worker/protocol/things.ts";
import { hueOf } from "../../state/hues.ts";

/** `onClick`: for a pointer alone; what it does can be reached by a key elsewhere. */
export function Avatar({ person, onClick }: { readonly person: Person; readonly onClick?: () => void }) {
  return (
    // The style sheet draws the letters: they are no part of a link's words.
    <span
      class="avatar"
      style={{ "--hue": hueOf(person.id) }}
      data-initials={initials(person.name)}
      aria-hidden="true"
      onClick={onClick}
    />
  );
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase();
}
