/**
 * Pushes to this device while the app is closed: the browser's subscription, and that the server has it. Asked for on a tap only, and
 * renewed with every start, since browsers change subscriptions without a word.
 */
import { push } from "../state/preferences.ts";
import type { Store } from "../state/store.ts";
import { mayNotify } from "./notifications.ts";

/** Why this device takes no pushes. `home`: iOS gives them to apps on the home screen only. */
export type PushProblem = "unavailable" | "home" | "refused";

export function pushProblem(): PushProblem | undefined {
  if ("serviceWorker" in navigator && "PushManager" in globalThis) return undefined;
  const isApple = /iphone|ipad/i.test(navigator.userAgent);
  return isApple && !matchMedia("(display-mode: standalone)").matches ? "home" : "unavailable";
}

/** Turns pushes on, on a tap. Answers why not, if so: a problem of the browser, or a sentence of the server. */
export async function turnPushOn(store: Store): Promise<PushProblem | { readonly detail: string } | undefined> {
  const problem = pushProblem();
  if (problem) return problem;
  if (!(await mayNotify())) return "refused";
  try {
    return await subscribe(store);
  } catch (error) {
    // A private window, or a browser without a push service.
    console.warn("no pushes", error);
    return "unavailable";
  }
}

export async function turnPushOff(store: Store): Promise<void> {
  push.choose("off");
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (!subscription) return;
  await (await store.requests()).unsubscribePush(subscription.endpoint);
  await subscription.unsubscribe();
}

/** With every start: what was turned on still is, under the subscription that the browser has now. */
export async function renewPush(store: Store): Promise<void> {
  const isOn = push.chosen.peek() === "on" && pushProblem() === undefined && Notification.permission === "granted";
  if (isOn) await subscribe(store).catch((error) => console.warn("no pushes", error));
}

async function subscribe(store: Store): Promise<{ readonly detail: string } | undefined> {
  const requests = await store.requests();
  const asked = await requests.pushKey();
  if (!asked.ok) return { detail: asked.detail };
  const { pushManager } = await navigator.serviceWorker.ready;
  const applicationServerKey = bytesOf(asked.value.key);
  const held = await pushManager.getSubscription();
  if (held && !isSame(held.options.applicationServerKey, applicationServerKey)) await held.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const answer = await requests.subscribePush(subscription.toJSON());
  if (!answer.ok) return { detail: answer.detail };
  push.choose("on");
  return undefined;
}

function bytesOf(base64Url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64Url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function isSame(a: ArrayBuffer | null, b: Uint8Array): boolean {
  const bytes = new Uint8Array(a ?? new ArrayBuffer(0));
  return bytes.length === b.length && bytes.every((byte, at) => byte === b[at]);
}

/** The person has signed out: the server has forgotten the device already. */
export async function forgetPush(): Promise<void> {
  if (push.chosen.peek() === "off") return;
  push.choose("off");
  if (pushProblem()) return;
  await (await (await navigator.serviceWorker.ready).pushManager.getSubscription())?.unsubscribe();
}
