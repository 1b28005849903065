/** Initials on the colour of the person, not of the name: two people with names alike still differ. */
import type { Person } from "../../../worker/protocol/things.ts";
import { hueOf } from "../../state/hues.ts";

type Props = {
  readonly person: Person;
  /** There is room for one letter. */
  readonly isTiny?: boolean;
  /** For a pointer alone; what it does can be reached by a key elsewhere. */
  readonly onClick?: () => void;
};

export function Avatar({ person, isTiny, onClick }: Props) {
  return (
    // The style sheet draws the letters: they are no part of a link's words.
    <span
      class="avatar"
      style={{ "--hue": hueOf(person.id) }}
      data-initials={initials(person.name, isTiny)}
      aria-hidden="true"
      onClick={onClick}
    />
  );
}

function initials(name: string, isTiny = false): string {
  const words = name.split(/[\s._]+/u).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 && !isTiny ? words.at(-1) : undefined].map(
    (word) => [...(word ?? "")][0] ?? "",
  );
  return letters.join("").toUpperCase();
}
