/** People whose name fits: those this tab knows to be online at once, others as the server finds them. Those online come first. */
import { useEffect, useState } from "preact/hooks";
import { foldApostrophes } from "../../../worker/protocol/text.ts";
import type { OnlinePerson } from "../../../worker/protocol/things.ts";
import type { Store } from "../../state/store.ts";

/** The server is asked for people after a pause (ms) in typing. */
const SEARCH_AFTER_MS = 150;

/** `isKnown`: the server has answered once. `refusal`: why it did not answer now. */
export function usePeople(store: Store, typed: string) {
  const [found, setFound] = useState<readonly OnlinePerson[]>();
  const [refusal, setRefusal] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    setRefusal(undefined);
    const ask = async () => {
      const answer = await store.searchPeople(typed);
      if (!isCurrent) return;
      if (answer.ok) setFound(answer.value.people);
      else setRefusal(answer.detail);
    };
    const timer = setTimeout(() => void ask(), typed === "" ? 0 : SEARCH_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [typed]);
  const wanted = foldApostrophes(typed.trim()).toLowerCase();
  // Of people who are online this tab knows more than the first twenty of an answer.
  const online = [...store.people.value.values()].filter(
    ({ id, name }) => store.online.value.has(id) && name.toLowerCase().includes(wanted),
  );
  const all = new Map([
    ...(found ?? []).map((person) => [person.id, person] as const),
    ...online.map((person) => [person.id, { ...person, online: true }] as const),
  ]);
  // Stable: by name among those alike.
  const people = [...all.values()].sort((a, b) => Number(b.online) - Number(a.online));
  return { people, isKnown: found !== undefined, refusal };
}
