/**
 * The service worker, and what one hears of a newer version by it. Loaded after the first messages.
 */
import { signal } from "@preact/signals";

/** Whether a newer version waits for a reload. */
export const isNewer = signal(false);

let isBegun = false;

/** Registers the service worker, once a page; where there can be none, nothing is missing but the app without a network. */
export async function install(): Promise<void> {
  if (isBegun || !("serviceWorker" in navigator)) return;
  isBegun = true;
  try {
    const registration = await navigator.serviceWorker.register(address());
    const isFirst = !navigator.serviceWorker.controller;
    const look = () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => {
        if (installing.state === "activated" && !isFirst) isNewer.value = true;
      });
    };
    look();
    registration.addEventListener("updatefound", look);
    addEventListener("focus", () => void registration.update().catch(() => undefined));
  } catch (error) {
    console.warn("the app cannot be kept on this device", error);
  }
}

/** The one address that a script may be taken from at run time (Trusted Types). */
function address(): string {
  const path = "/service-worker.js";
  const types: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } | undefined =
    Reflect.get(globalThis, "trustedTypes");
  return types?.createPolicy("flack-service-worker", { createScriptURL: () => path }).createScriptURL(path) ?? path;
}
