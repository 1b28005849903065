/** Who there is: people under the names they have now. Those in texts who were not heard of yet are asked for. */

import { isHook, kindOf } from "../../worker/protocol/text.ts";
import type { Person } from "../../worker/protocol/things.ts";
import type { api as httpApi } from "../network/api.ts";
import { forgetHues } from "./hues.ts";
import type { TabState } from "./tab-state.ts";

/** People asked for in one request. The contract's number. */
const REQUEST_MAX = 50;

export type People = ReturnType<typeof createPeople>;

export function createPeople(
  { people, person, channels }: TabState,
  api: Pick<typeof httpApi, "peopleById" | "searchPeople">,
) {
  /** Ids in texts whose people are to be asked for, and those that were. */
  const pendingIds = new Set<string>();
  const requestedIds = new Set<string>();

  /** People under the names they have now; `asOf: "then"`: under names they had, which newer ones outlast. */
  function cachePeople(heard: readonly Person[], asOf: "now" | "then" = "now"): void {
    const held = people.value;
    const news = heard.filter(({ id, name }) => (asOf === "now" ? held.get(id)?.name !== name : !held.has(id)));
    if (news.length > 0) people.value = new Map([...held, ...news.map((one) => [one.id, one] as const)]);
  }

  /** The person of an id in a text. One who was not heard of yet is asked for, and is there a little later. */
  function personOf(id: string): Person | undefined {
    const known = people.value.get(id);
    if (!known && !requestedIds.has(id)) {
      requestedIds.add(id);
      if (pendingIds.size === 0) setTimeout(request);
      pendingIds.add(id);
    }
    return known;
  }

  async function request(): Promise<void> {
    const ids = [...pendingIds];
    pendingIds.clear();
    for (let at = 0; at < ids.length; at += REQUEST_MAX) {
      const some = ids.slice(at, at + REQUEST_MAX);
      const answer = await api.peopleById(some);
      if (answer.ok) cachePeople(answer.value.people);
      else for (const id of some) requestedIds.delete(id);
    }
  }

  return {
    cachePeople,
    personOf,

    async searchPeople(typed: string) {
      const answer = await api.searchPeople(typed);
      if (answer.ok) cachePeople(answer.value.people.map(({ id, name }) => ({ id, name })));
      return answer;
    },

    /** What a person is called now, who was called so when they wrote. A hook has the name that each message says. */
    nameOf: (who: Person): string => (isHook(who) ? who : (people.value.get(who.id) ?? who)).name,

    /** What a conversation is called: a channel by its name, one with people by theirs. */
    titleOf(channelId: string): string {
      const kind = kindOf(channelId);
      if (kind === "public") return `#${channelId}`;
      const channel = channels.value.get(channelId);
      if (channel && channel.name !== "") return `#${channel.name}`;
      const ids = kind === "direct" ? channelId.split("~") : (channel?.people ?? []).map(({ id }) => id);
      const names = ids.filter((id) => id !== person.value?.id).map((id) => personOf(id)?.name ?? "…");
      return names.join(", ") || "…";
    },

    /** Another person begins here. */
    forget(): void {
      people.value = new Map();
      pendingIds.clear();
      requestedIds.clear();
      forgetHues();
    },
  };
}
