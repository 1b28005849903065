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

  /** The token that the server is asked about. */
  let underWay: string | undefined;

  /** Takes it up, and goes to where it leads. */
  async function accept(): Promise<void> {
    const token = invite.value;
    if (token === undefined || token === underWay) return;
    underWay = token;
    const answer = await (await requests()).acceptInvite(token);
    underWay = undefined;
    // Without an answer it is tried again with the next start.
    if (answer.status !== 0) invite.value = undefined;
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
