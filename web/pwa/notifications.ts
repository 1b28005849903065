/**
 * Desktop notifications while no tab is in front: one a conversation, from one tab of the device only.
 * Shown by the service worker, so that a click finds its way also when this tab is gone.
 */
import { effect } from "@preact/signals";
import type { Message } from "../../worker/protocol/things.ts";
import { t } from "../i18n/i18n.ts";
import type { Incoming } from "../state/incoming.ts";
import { notifications, push, sound } from "../state/preferences.ts";
import { quoted } from "../state/quoted.ts";
import { channelHref } from "../state/route.ts";
import type { Store } from "../state/store.ts";

/** The tab in front has this long (ms) to say that a message was read. */
const READ_ELSEWHERE_MS = 400;
/** The one tab that tells. */
const TELLER = "flack-teller";
/** Held by a tab as long as it has the focus. */
const FOCUS = "flack-focus";

/** Asks for leave if that was not decided yet; whether there is leave now. To be called on a tap. */
export async function mayNotify(): Promise<boolean> {
  if (isNotifyingRefused()) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Whether there is no use in asking: the browser cannot notify, or the person has said no. */
export function isNotifyingRefused(): boolean {
  return !("Notification" in globalThis && "serviceWorker" in navigator) || Notification.permission === "denied";
}

/** Begins to tell, for as long as the page is there. */
export function tellDesktop(store: Store): void {
  if (!("locks" in navigator && "Notification" in globalThis && "serviceWorker" in navigator)) return;
  holdFocus();
  withdrawRead(store);
  /** By epoch: the newest message that was told. */
  const told = new Map<string, number>();
  let isTeller = false;
  // Also what comes while the lock is asked for is told.
  store.onIncoming((incoming) => {
    setTimeout(() => isTeller && void tell(store, told, incoming), READ_ELSEWHERE_MS);
  });
  // The tab that gets the lock has it until it closes; the next one in line notifies from then on.
  void navigator.locks.request(TELLER, () => {
    isTeller = true;
    return new Promise(() => {});
  });
}

async function tell(store: Store, told: Map<string, number>, { channelId, messages }: Incoming): Promise<void> {
  const channel = store.channels.peek().get(channelId);
  const you = store.person.peek()?.id ?? "";
  const { notify, hidden } = store.preferenceOf(channelId);
  const isOff = notifications.chosen.peek() === "off" || notify === "nothing" || hidden === true;
  const wanted = notify === "all" ? "all" : notify === "mentions" ? "mine" : notifications.chosen.peek();
  if (!channel || isOff || Notification.permission !== "granted") return;
  const newest = told.get(channel.epoch) ?? 0;
  if (messages.some(({ seq, deleted }) => deleted && seq === newest)) {
    return withdraw(({ tag }) => tag === channel.epoch);
  }
  const isWithPeople = channel.kind !== "public" && channel.name === "";
  const isForYou = ({ seq }: Message) => isWithPeople || store.isMention(channel.epoch, seq);
  const read = store.readSeq(channel.epoch) ?? 0;
  const message = messages
    .filter(({ author }) => author.id !== you && !store.blocked.peek().has(author.id))
    .filter(({ seq, deleted }) => !deleted && seq > Math.max(read, newest))
    .findLast((one) => wanted === "all" || isForYou(one));
  // Of a channel that is not open here only the number of its newest message is known.
  const isCounted = messages.length === 0 && wanted === "all" && channel.seq > Math.max(read, newest);
  // The server tells of it where it reaches this device itself.
  const isPushed = push.chosen.peek() === "on" && (notify === "all" || (message !== undefined && isForYou(message)));
  if ((!message && !isCounted) || isPushed || (await isLookedAt())) return;
  const seq = message?.seq ?? channel.seq;
  told.set(channel.epoch, seq);
  const place = store.titleOf(channelId);
  const options = {
    body: message ? quoted(store, message) : t("{n} new", { n: channel.seq - read }),
    tag: channel.epoch,
    renotify: true, // one that takes the place of another is news, too
    icon: "/icon-192.png",
    silent: sound.chosen.peek() === "off",
    data: { path: `${channelHref(channelId, you)}?m=${seq}`, seq },
  };
  const title =
    message && !channel.peer ? t("{name} in {channel}", { name: message.author.name, channel: place }) : place;
  await (await navigator.serviceWorker.ready).showNotification(title, options);
}

/** Notifications of what was read in any tab are taken back, and all of them when the person signs out. */
function withdrawRead(store: Store): void {
  effect(() => {
    const isIn = store.phase.value === "in";
    const epochs = [...store.channels.value.values()].map(({ epoch }) => epoch);
    if (isIn && epochs.length === 0) return; // not known yet
    const read = new Map(epochs.map((epoch) => [epoch, store.readSeq(epoch) ?? 0]));
    const isOver = ({ tag, data }: Notification) => !isIn || (read.get(tag) ?? Number.POSITIVE_INFINITY) >= data.seq;
    if (Notification.permission === "granted") void withdraw(isOver);
  });
}

/** Takes back what was told. */
async function withdraw(isOver: (shown: Notification) => boolean): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  for (const shown of (await registration?.getNotifications()) ?? []) if (isOver(shown)) shown.close();
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
