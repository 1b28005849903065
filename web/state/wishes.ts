/** What this person wants of each conversation, and whom they block: the same on all their devices. */
import type { Preference } from "../../worker/protocol/things.ts";
import type { Answer, api as httpApi } from "../network/api.ts";
import type { TabState } from "./tab-state.ts";

export type Wishes = ReturnType<typeof createWishes>;

export function createWishes({ preferences, blocked }: TabState, api: Pick<typeof httpApi, "setPreference" | "block">) {
  function take(channelId: string, preference: Preference): void {
    preferences.value = new Map(preferences.value).set(channelId, preference);
  }

  return {
    take,

    /** All of them, or with `isMore` those of further channels. */
    takeAll(all: Readonly<Record<string, Preference>>, isMore: boolean): void {
      preferences.value = new Map([...(isMore ? preferences.value : []), ...Object.entries(all)]);
    },

    preferenceOf: (channelId: string): Preference => preferences.value.get(channelId) ?? {},

    /** Shown at once; where the server refuses it, it is as before. */
    async prefer(channelId: string, change: Preference): Promise<Answer<unknown>> {
      const before = preferences.value.get(channelId) ?? {};
      take(channelId, { ...before, ...change });
      const answer = await api.setPreference(channelId, change);
      if (!answer.ok) take(channelId, before);
      return answer;
    },

    async block(personId: string, isBlocked: boolean): Promise<Answer<unknown>> {
      const answer = await api.block(personId, isBlocked);
      const others = [...blocked.value].filter((id) => id !== personId);
      if (answer.ok) blocked.value = new Set(isBlocked ? [...others, personId] : others);
      return answer;
    },

    forget(): void {
      preferences.value = new Map();
      blocked.value = new Set();
    },
  };
}
