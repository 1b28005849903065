/** The order of people in a list. */
import type { OnlinePerson, Person } from "../../../worker/protocol/things.ts";

/** The user (`you`: an id) first, then people who are online, then by name. */
export function inPeopleOrder<P extends Person | OnlinePerson>(
  people: readonly P[],
  you: string | undefined,
): readonly P[] {
  const rankOf = (person: P) => (person.id === you ? 2 : Number("online" in person && person.online));
  return [...people].sort((a, b) => rankOf(b) - rankOf(a) || a.name.localeCompare(b.name));
}
