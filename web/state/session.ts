/**
 * Who is signed in on this device: the start, signing in and out, device links, and what other tabs change about it.
 * Only an explicit answer of the server takes anything away from the device.
 */
import { batch, signal } from "@preact/signals";
import type { Person } from "../../worker/protocol/things.ts";
import { t } from "../i18n/i18n.ts";
import type { Answer, api as httpApi, Site } from "../network/api.ts";
import type { localState as deviceState } from "../storage/local-state.ts";
import type { Invites } from "./invites.ts";
import { channelHref, go, route } from "./route.ts";
import type { Phase, TabState } from "./tab-state.ts";

/** Between questions (ms) whether a session has really ended. */
const END_RETRY_MS = 2_000;

type Dependencies = {
  readonly api: Pick<typeof httpApi, "site" | "session" | "signIn" | "signOut" | "redeem" | "becomeOwner">;
  readonly invites: Invites;
  readonly localState: typeof deviceState;
  /** Begins this tab anew, with nothing of what it held. */
  readonly startOver: () => void;
  /** A person is in. */
  readonly entered: (person: Person) => void;
  /** The session is over: nothing of the person is left in this tab or on this device. */
  readonly forget: (person: Person | undefined) => Promise<void>;
};

export type Session = ReturnType<typeof createSession>;

export function createSession(tab: TabState, { api, invites, localState, startOver, entered, forget }: Dependencies) {
  const { phase, person, site, isOwner } = tab;
  /** A device link that waits for a decision. */
  let linkToken: string | undefined;
  /** Why the device link that led here did not work. */
  const linkProblem = signal<string | undefined>(undefined);

  /** Begins. `token` is that of a device link in the address. */
  async function start(token = linkToken): Promise<void> {
    const known = localState.person();
    site.value ??= localState.site();
    linkToken = token;
    if (token !== undefined && known) {
      person.value = known;
      phase.value = "linked";
      return;
    }
    if (token !== undefined) return void (await redeem(token));
    if (known) enter(known);
    else {
      const asked = await askSite();
      if (asked.ok && !asked.value.session) {
        phase.value = "welcome";
        return;
      }
    }
    // Also when the person is known: sockets carry no cookie, and this answer renews it.
    const answer = await api.session();
    if (answer.ok) return known ? syncIdentity(answer.value.person) : enter(answer.value.person);
    if (!known) phase.value = answer.status === 401 ? "welcome" : "unreachable";
  }

  function enter(who: Person): void {
    localState.keepPerson(who);
    batch(() => {
      linkProblem.value = undefined;
      person.value = who;
      phase.value = "in";
    });
    entered(who);
    goHome("replace");
    void invites.accept();
  }

  async function askSite(): Promise<Answer<Site>> {
    const answer = await api.site();
    if (answer.ok) {
      site.value = answer.value;
      if (person.value) localState.keepSite(answer.value);
    }
    return answer;
  }

  /** From `/`, and from the person's own direct address, to the conversation of last time, else to the first one. */
  function goHome(how: "push" | "replace"): void {
    const who = person.value;
    const isOwnDirect = route.value.kind === "direct" && route.value.personId === who?.id;
    if (who && (route.value.kind === "home" || isOwnDirect))
      go(localState.place(who.id) ?? channelHref("general"), how);
  }

  /** Becomes the person of a device link; the person who was here before is signed out. */
  async function redeem(token: string): Promise<Answer<unknown>> {
    const answer = await api.redeem(token);
    const before = localState.person();
    if (answer.status !== 0) linkToken = undefined; // without an answer it may be tried again
    if (answer.ok) {
      if (before && before.id !== answer.value.person.id) await end("starting");
      enter(answer.value.person);
    } else if (phase.value !== "linked") {
      linkProblem.value = answer.status === 0 ? undefined : answer.detail;
      phase.value = answer.status === 0 ? "unreachable" : "welcome";
    }
    return answer;
  }

  async function end(next: Phase): Promise<void> {
    const who = person.value;
    batch(() => {
      person.value = undefined;
      isOwner.value = false;
      phase.value = next;
    });
    await forget(who);
  }

  /** Who the server says the person is: renamed elsewhere, or another one who signed in in another tab. */
  function syncIdentity(you: Person): void {
    const who = person.value;
    if (!who || (who.id === you.id && who.name === you.name)) return;
    localState.keepPerson(you);
    if (who.id === you.id) person.value = you;
    else startOver();
  }

  /**
   * Cookies are shared by all tabs: whether a request that goes out now would go out as this tab's person.
   * No person kept on the device is no other one: the session is over, which the server says, or the browser refuses storage.
   */
  function isStillThisPerson(): boolean {
    const kept = localState.person();
    return person.value !== undefined && (!kept || kept.id === person.value.id);
  }

  /**
   * The session that this tab began with has ended. Where another tab of this browser has opened a device link since, the person is
   * still the same and keeps everything; otherwise the device forgets.
   */
  async function noticeEnd(): Promise<void> {
    if (phase.value !== "in") return;
    const answer = await api.session();
    if (phase.value !== "in") return;
    if (answer.ok && answer.value.person.id === person.value?.id) startOver();
    else if (answer.ok || answer.status === 401) await end("ended");
    else setTimeout(noticeEnd, END_RETRY_MS); // unknown: only an explicit answer takes what is kept
  }

  /** What a person does about it. */
  const actions = {
    start,
    askSite,
    goHome,

    async signIn(name: string, accessCode?: string): Promise<Answer<unknown>> {
      if (!navigator.cookieEnabled) return cookiesRefused();
      const { invite } = invites;
      const held = invite.value;
      const answer = await api.signIn(name, {
        ...(accessCode !== undefined && { accessCode }),
        ...(held !== undefined && { invite: held }),
      });
      if (!answer.ok && answer.code === "link_expired") invite.value = undefined;
      if (!answer.ok) return answer;
      invite.value = undefined;
      // Some browsers say that they take cookies, and keep none.
      const kept = await api.session();
      if (!kept.ok && kept.status === 401) return cookiesRefused();
      enter(answer.value.person);
      if (answer.value.channel) go(channelHref(answer.value.channel.id));
      return answer;
    },

    /** Becomes the person of a device link or a recovery code. */
    async comeBack(token: string): Promise<Answer<unknown>> {
      const answer = await redeem(token);
      if (!answer.ok) linkProblem.value = undefined; // it is said beside the field
      return answer;
    },

    async signOut(): Promise<Answer<unknown>> {
      const answer = await api.signOut();
      if (answer.ok || answer.status === 401) await end("welcome");
      return answer;
    },

    async rename(name: string): Promise<Answer<unknown>> {
      if (!isStillThisPerson()) {
        startOver();
        return { ok: false, status: 401, code: "unauthorized", detail: "Someone else signed in here." };
      }
      // Without a session the same request would make another person.
      const session = await api.session();
      if (!session.ok) {
        if (session.status === 401) void noticeEnd();
        return session;
      }
      const answer = await api.signIn(name);
      if (answer.ok) syncIdentity(answer.value.person);
      return answer;
    },

    /** The person is an owner of the site no more. */
    steppedDown(): void {
      isOwner.value = false;
    },

    async becomeOwner(code: string): Promise<Answer<unknown>> {
      const answer = await api.becomeOwner(code);
      if (answer.ok) isOwner.value = true;
      return answer;
    },

    /** Decides about a device link that was opened where someone is signed in. */
    async decideLink(isTaken: boolean): Promise<Answer<unknown> | undefined> {
      const token = linkToken;
      const answer = isTaken && token !== undefined ? await redeem(token) : undefined;
      if (answer && !answer.ok) return answer;
      linkToken = undefined;
      if (!answer) await start();
      return answer;
    },
  };

  return {
    actions,
    linkProblem,
    start,
    askSite,
    syncIdentity,
    isStillThisPerson,
    noticeEnd,

    /** Another tab has changed who is signed in here. */
    noticeOtherTabs(): void {
      if (phase.value !== "in") return;
      if (!localState.person()) void end("ended");
      else if (!isStillThisPerson()) startOver();
    },
  };
}

/** The server knows a person by a cookie: without one no one stays signed in. */
function cookiesRefused(): Answer<never> {
  const detail = t("Your browser blocks cookies. Allow them for this site, then try again.");
  return { ok: false, status: 401, code: "cookies_refused", detail };
}
