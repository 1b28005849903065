/** What this person wants of each conversation, and whom they block: the same on all their devices. */
import type { Preference } from "../../worker/protocol/things.ts";
import type { Answer } from "../network/api.ts";
import type { Requests } from "../network/requests.ts";
import type { TabState } from "./tab-state.ts";

export type Wishes = ReturnType<typeof createWishes>;

export function createWishes(
  { preferences, blocked }: TabState,
  requests: () => Promise<Pick<Requests, "setPreference" | "block">>,
) {
  function take(channelId: string, preference: Preference): void {
    preferences.value = new Map(preferences.value).set(channelId, preference);
  }

  const preferenceOf = (channelId: string): Preference => preferences.value.get(channelId) ?? {};

  /** Shown at once; where the server refuses it, it is as before. */
  async function prefer(channelId: string, change: Preference): Promise<Answer<unknown>> {
    const before = preferenceOf(channelId);
    const wished = { ...before, ...change };
    take(channelId, wished);
    const answer = await (await requests()).setPreference(channelId, change);
    // What was wished or told meanwhile is newer than what was before.
    if (!answer.ok && preferenceOf(channelId) === wished) take(channelId, before);
    return answer;
  }

  async function block(personId: string, isBlocked: boolean): Promise<Answer<unknown>> {
    const answer = await (await requests()).block(personId, isBlocked);
    const others = [...blocked.value].filter((id) => id !== personId);
    if (answer.ok) blocked.value = new Set(isBlocked ? [...others, personId] : others);
    return answer;
  }

  return {
    take,
    actions: { preferenceOf, prefer, block },

    /** All of them, or with `isMore` those of further channels. */
    takeAll(all: Readonly<Record<string, Preference>>, isMore: boolean): void {
      preferences.value = new Map([...(isMore ? preferences.value : []), ...Object.entries(all)]);
    },

    forget(): void {
      preferences.value = new Map();
      blocked.value = new Set();
    },
  };
}
