/** The two connections as the tab sees them: what follows when one is there, and when it is gone. */
import { computed, signal } from "@preact/signals";
import { CLOSE } from "../../worker/protocol/errors.ts";
import type { ConnectionState } from "../network/connection-state.ts";
import type { ReadReporter } from "./read-reporter.ts";
import type { Sending } from "./sending.ts";
import type { Session } from "./session.ts";
import type { TabState } from "./tab-state.ts";

type Dependencies = {
  readonly session: Session;
  readonly sending: Sending;
  readonly readReporter: ReadReporter;
};

/** This long (ms) after its frame what has just come is painted, and the composer is there, on a slow device too. */
const PAINTED_MS = 500;
/** A break shorter than this (ms) changes nothing that is shown. */
const FEED_DOWN_MS = 1_000;
const NO_ONE: ReadonlySet<string> = new Set();

export function createLinks(tab: TabState, { session, sending, readReporter }: Dependencies) {
  const { directoryLink, channelLink, isConnected } = tab;
  /** The feed has been down for a while: who is online is not known any more. */
  const isFeedDown = signal(false);
  let feedDownTimer: ReturnType<typeof setTimeout> | undefined;
  let isSiteAsked = false;

  function noticeFeed(isLive: boolean): void {
    if (isLive) {
      clearTimeout(feedDownTimer);
      feedDownTimer = undefined;
      isFeedDown.value = false;
      return readReporter.flush();
    }
    readReporter.connectionLost();
    feedDownTimer ??= setTimeout(() => {
      isFeedDown.value = true;
    }, FEED_DOWN_MS);
  }

  /** Fetches what will be needed soon. */
  function prepare(): void {
    if (!isSiteAsked) void session.askSite();
    isSiteAsked = true;
    void sending.prepare();
  }

  return {
    /** Who is online, as far as the server could say it lately. */
    online: computed(() => (isFeedDown.value || tab.isStopped.value ? NO_ONE : tab.online.value)),

    linkChanged(link: "directory" | "channel", state: ConnectionState): void {
      (link === "directory" ? directoryLink : channelLink).value = state;
      if (state.kind === "stopped" && state.code === CLOSE.sessionEnded) void session.noticeEnd();
      if (link === "channel" && state.kind !== "live") sending.giveUp();
      if (link === "directory") noticeFeed(state.kind === "live");
      // After the first messages are painted: nothing depends on it before.
      if (isConnected.value && !(sending.isPrepared() && isSiteAsked))
        requestAnimationFrame(() => setTimeout(prepare, PAINTED_MS));
      // Not before the deliveries that were just given up have ended.
      setTimeout(sending.pump);
    },
  };
}
