/** The order of people in a list. */
import type { OnlinePerson, Person } from "../../../worker/protocol/things.ts";

/** Oneself (`you`: an id), then those who are online, then by name. */
export function sorted<P extends Person | OnlinePerson>(people: readonly P[], you: string | undefined): readonly P[] {
  const rankOf = (person: P) => (person.id === you ? 2 : Number("online" in person && person.online));
  return [...people].sort((a, b) => rankOf(b) - rankOf(a) || a.name.localeCompare(b.name));
}
