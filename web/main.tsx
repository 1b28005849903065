/**
 * The only place where things are wired: the store, the two connections, the address, the page's own events.
 */
import { computed, effect, untracked } from "@preact/signals";
import { render } from "preact";
import { CLOSE } from "../worker/protocol/errors.ts";
import {
  type ChannelFrame,
  type DirectoryFrame,
  parseChannelFrame,
  parseDirectoryFrame,
} from "../worker/protocol/frames.ts";
import { loadLanguage } from "./i18n/i18n.ts";
import { api, channelPath, socketUrl, whyRefused } from "./network/api.ts";
import { type Connection, createConnection } from "./network/connection.ts";
import { fetchPart, noteChance } from "./network/load-part.ts";
import { serverNow } from "./network/server-clock.ts";
import { createUploads } from "./network/uploads.ts";
import { newId } from "./state/ids.ts";
import { loadMarkdown } from "./state/markdown.ts";
import { createOutbox } from "./state/outbox.ts";
import { followAddress, takeInviteToken, takeLinkToken } from "./state/route.ts";
import { createStore } from "./state/store.ts";
import { createDeviceLock } from "./storage/device-lock.ts";
import { localState } from "./storage/local-state.ts";
import { createOutboxRows } from "./storage/outbox-rows.ts";
import { createTab } from "./storage/tabs.ts";
import { upgrade } from "./storage/upgrade.ts";
import "./styles/index.css";
import { App } from "./view/app/App.tsx";
import { forgetSuperseded } from "./view/app/superseded-vnodes.ts";

/** Between tries (ms) to learn who one is, while the server cannot be reached. */
const TRY_AGAIN_MS = 5_000;
/** This long (ms) after the first screen, or the first conversation, is there the rest is fetched. */
const DEFERRED_MS = 500;
/** The first screen waits no longer (ms) than this for what the device has kept. */
const RESTORED_MS = 1_000;

/** The channel whose socket is open, and its connection. */
let channel: { readonly id: string; readonly connection: Connection } | undefined;
/** The person whose conversations are stored. */
let persisted: string | undefined;
/**
 * The store holds what this device has kept of the person and of the open conversation, or what the server said sooner. Without
 * either it resolves after RESTORED_MS at the latest.
 */
const restored = Promise.withResolvers<void>();

const store = createStore({
  api,
  requests: async () => (await fetchPart(() => import("./network/requests.ts"))).requests,
  localState,
  files: async () => (await fetchPart(() => import("./storage/file-rows.ts"))).fileRows,
  makeDeliveries: async (needs) => (await fetchPart(() => import("./network/delivery.ts"))).createDeliveries(needs),
  makeOutbox: (deliver, adopted) =>
    createOutbox({
      rows: createOutboxRows(),
      makeLock: (granted) => createDeviceLock("flack-sender", granted),
      tab: createTab(newId()),
      deliver,
      adopted,
    }),
  sendCommand: (channelId, command) => channel?.id === channelId && channel.connection.send(JSON.stringify(command)),
  sendToFeed: (command) => directoryConnection.send(JSON.stringify(command)),
  makeUploads: createUploads,
  keptConversations: async (personId) =>
    (await fetchPart(() => import("./storage/persistence.ts"))).keptConversations(personId),
  startOver: () => location.reload(),
  now: serverNow,
  elapsed: () => performance.now(),
});

const directoryConnection: Connection = createConnection({
  url: () => socketUrl("/api/directory/socket"),
  whyRefused: () => whyRefused(),
  changed: (state) => store.linkChanged("directory", state),
  crowd: () => store.crowdOf("directory"),
  received(data) {
    const frame = parseDirectoryFrame(data);
    if (isFarewell(frame)) directoryConnection.end(CLOSE.sessionEnded);
    else if (frame) store.receiveDirectory(frame);
    // The browser may tell of the channel's own close frame much later.
    if (frame?.type === "channel_deleted" && frame.id === channel?.id) channel.connection.end(CLOSE.channelGone);
  },
});

function connectChannel(channelId: string): Connection {
  const connection = createConnection({
    url: () => socketUrl(`${channelPath(channelId)}/socket${store.cursorOf(channelId)}`),
    whyRefused: () => whyRefused(channelId),
    changed: (state) => store.linkChanged("channel", state),
    crowd: () => store.crowdOf("channel"),
    received(data) {
      const frame = parseChannelFrame(data);
      if (isFarewell(frame)) connection.end(CLOSE.sessionEnded);
      else if (frame) store.receiveChannel(channelId, frame);
    },
  });
  return connection;
}

function isFarewell(frame: ChannelFrame | DirectoryFrame | undefined): boolean {
  return frame?.type === "error" && frame.code === "unauthorized";
}

function nudge(): void {
  if (document.visibilityState === "hidden") return;
  directoryConnection.nudge();
  channel?.connection.nudge();
  store.takeOver();
  if (store.phase.peek() === "unreachable") void store.start();
}

/** Begins again after being stopped, by the person's wish. */
function reconnect(): void {
  directoryConnection.start();
  channel?.connection.start();
  nudge();
}

effect(() => {
  const phase = store.phase.value;
  if (phase === "in") untracked(directoryConnection.start);
  else if (phase !== "ended") untracked(directoryConnection.leave);
});

effect(() => {
  const personId = store.person.value?.id;
  if (personId === undefined) persisted = undefined;
  if (personId === undefined || store.phase.value !== "in" || persisted === personId) return;
  persisted = personId;
  void fetchPart(() => import("./storage/persistence.ts"), restored.resolve)
    .then(({ persist }) => persist(store))
    .then(restored.resolve);
});

effect(() => {
  const isOutside = store.phase.value !== "starting" && store.phase.value !== "in";
  if (isOutside || store.open.value?.epoch.value !== undefined) restored.resolve();
});
setTimeout(restored.resolve, RESTORED_MS);

effect(() => {
  if (store.openEpoch.value === undefined && store.directoryLink.value.kind !== "live") return;
  setTimeout(
    () => void fetchPart(() => import("./pwa/deferred-startup.ts")).then(({ begin }) => begin(store)),
    DEFERRED_MS,
  );
});

// Whatever could not be fetched while the connection was down is fetched now.
effect(() => {
  if (store.isConnected.value) untracked(noteChance);
});

// Where one of the two has got through, the other need not wait any longer; once, so that what keeps failing still backs off.
const isAnyLive = computed(() => [store.directoryLink, store.channelLink].some(({ value }) => value.kind === "live"));
effect(() => {
  if (isAnyLive.value) untracked(nudge);
});

effect(() => {
  if (store.phase.value !== "unreachable") return;
  const timer = setInterval(store.start, TRY_AGAIN_MS);
  return () => clearInterval(timer);
});

effect(() => {
  const channelId = store.phase.value === "in" ? store.open.value?.channelId : undefined;
  if (channelId === undefined) return;
  const connection = connectChannel(channelId);
  channel = { id: channelId, connection };
  untracked(connection.start);
  return () => {
    untracked(connection.leave);
    store.tellRead(false);
  };
});

effect(() => {
  store.goHome("replace");
  if (store.open.value) store.keepPlace(store.open.value);
});

followAddress();
addEventListener("online", nudge);
addEventListener("focus", nudge);
addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") store.tellRead(true);
  nudge();
});
// A device link that is opened in a page that is open already changes nothing but what stands after the #.
addEventListener("hashchange", () => {
  const token = takeLinkToken();
  if (token !== undefined) void store.start(token);
  void store.takeInvite(takeInviteToken());
});
localState.onOtherTabs(store.noticeOtherTabs);
addEventListener("pagehide", () => store.leavePage());
void upgrade().then(() => {
  store.noticeRescued();
  void store.takeInvite(takeInviteToken());
  void store.start(takeLinkToken());
  // Sockets that are not taken by now lead elsewhere.
  for (const { socket } of globalThis.earlySockets?.values() ?? []) socket.close();
});

forgetSuperseded();
// Starting the script and showing the first screen are two tasks, so that neither is long. A text that is read later would move
// what stands below it, so the screen waits for the parser; and for the messages, so that no empty screen is painted before them.
// Before a sign-in there are neither.
const isNewcomer = !localState.person();
void Promise.all([loadLanguage(), isNewcomer || Promise.all([loadMarkdown(), restored.promise])]).then(() =>
  setTimeout(() => {
    render(<App store={store} reconnect={reconnect} />, document.getElementById("app") ?? document.body);
    if (isNewcomer) setTimeout(loadMarkdown, DEFERRED_MS);
  }),
);
