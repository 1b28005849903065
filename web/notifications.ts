/**
 * What the desktop is told of while nobody looks: one notification a conversation, from one tab of the device only.
 * Shown by the service worker, so that a click finds its way also when this tab is gone.
 */
import { effect, untracked } from "@preact/signals";
import { notifications, sound } from "./preferences.ts";
import { channelHref } from "./route.ts";
import type { Heard, Store } from "./store.ts";
import { quoted } from "./view/Quote.tsx";
import { t } from "./words.ts";

/** So long (ms) the tab that somebody looks at has to say that a message was read. */
const READ_ELSEWHERE_MS = 400;
/** The one tab that tells. */
const TELLER = "flack-teller";
/** Held by a tab as long as it has the focus. */
const FOCUS = "flack-focus";

/** Asks for leave if that was not decided yet; whether there is leave now. To be called on a tap. */
export async function mayNotify(): Promise<boolean> {
  if (!("Notification" in globalThis) || !("serviceWorker" in navigator)) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Begins to tell, for as long as the page is there. */
export function tellDesktop(store: Store): void {
  if (!("locks" in navigator && "Notification" in globalThis && "serviceWorker" in navigator)) return;
  holdFocus();
  // Whoever gets the lock has it until the tab goes; the next one in line tells from then on.
  void navigator.locks.request(TELLER, () => {
    follow(store);
    return new Promise(() => {});
  });
}

function follow(store: Store): void {
  /** By epoch: the newest message that was told, or was there before anything was. */
  const told = new Map<string, number>();
  effect(() => {
    const heard = store.heard.value;
    if (!heard) return;
    untracked(() => setTimeout(() => void tell(store, told, heard), READ_ELSEWHERE_MS));
  });
  // What was read, here or in another tab, needs no telling any more.
  effect(() => {
    const read = [...store.channels.value.values()].filter((channel) => store.waiting(channel).count === 0);
    for (const { epoch } of read) if (told.has(epoch)) void take(epoch);
  });
}

async function tell(store: Store, told: Map<string, number>, { channelId, message }: Heard): Promise<void> {
  const channel = store.channels.peek().get(channelId);
  const wanted = notifications.chosen.peek();
  if (!channel || wanted === "off" || Notification.permission !== "granted" || message?.deleted) return;
  const { count, isForYou } = store.waiting(channel);
  const you = store.person.peek()?.id;
  if (count === 0 || (wanted === "mine" && !isForYou) || message?.author.id === you) return;
  const seq = message?.seq ?? channel.seq;
  if ((told.get(channel.epoch) ?? 0) >= seq || (await isLookedAt())) return;
  told.set(channel.epoch, seq);
  const place = store.titleOf(channelId);
  const title =
    message && !channel.peer ? t("{name} in {channel}", { name: message.author.name, channel: place }) : place;
  const registration = await navigator.serviceWorker.ready;
  await registration.showNotification(title, {
    body: message ? quoted(store, message) : t("{n} new messages", { n: count }),
    tag: channel.epoch,
    icon: "/icon-192.png",
    silent: sound.chosen.peek() === "off",
    data: `${channelHref(channelId, you)}?m=${seq}`,
  });
}

/** Takes back what was told of a conversation. */
async function take(epoch: string): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  for (const shown of await registration.getNotifications({ tag: epoch })) shown.close();
}

function holdFocus(): void {
  const hold = (): void => {
    void navigator.locks.request(FOCUS, { mode: "shared" }, () => {
      return new Promise<void>((resolve) => {
        if (document.hasFocus()) addEventListener("blur", () => resolve(), { once: true });
        else resolve();
      });
    });
  };
  addEventListener("focus", hold);
  if (document.hasFocus()) hold();
}

/** Whether a tab of this device has the focus: what comes is seen there. */
async function isLookedAt(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === FOCUS);
}
