/** An invite that the address held: it waits for a sign-in, or is taken up at once by a person who is there. */
import { signal } from "@preact/signals";
import type { Requests } from "../network/requests.ts";
import { channelHref, go } from "./route.ts";
import type { TabState } from "./tab-state.ts";

export type Invites = ReturnType<typeof createInvites>;

export function createInvites({ phase }: TabState, requests: () => Promise<Pick<Requests, "acceptInvite">>) {
  /** Its token. */
  const invite = signal<string | undefined>(undefined);
  /** Why it did not work. */
  const inviteProblem = signal<string | undefined>(undefined);

  /** Takes up the one that waits, and goes to where it leads. */
  async function accept(): Promise<void> {
    const token = invite.value;
    if (token === undefined) return;
    invite.value = undefined;
    const answer = await (await requests()).acceptInvite(token);
    if (!answer.ok) inviteProblem.value = answer.detail;
    else if (answer.value.channel) go(channelHref(answer.value.channel.id));
  }

  return {
    invite,
    inviteProblem,
    accept,

    /** Keeps the token that the address held. */
    take(token: string | undefined): void {
      if (token === undefined) return;
      invite.value = token;
      if (phase.value === "in") void accept();
    },
  };
}
