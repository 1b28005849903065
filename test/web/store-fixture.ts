/** A store as one tab holds it: the outbox is the real one; the ways out are the test's. */
import { expect, type Mock, vi } from "vitest";
import type { ChannelPage, api as httpApi } from "../../web/network/api.ts";
import { createDeliveries, type DeliveryDependencies } from "../../web/network/delivery.ts";
import type { Uploads } from "../../web/network/uploads.ts";
import { go } from "../../web/state/route.ts";
import { createStore, type Store } from "../../web/state/store.ts";
import { fileRows } from "../../web/storage/file-rows.ts";
import { localState } from "../../web/storage/local-state.ts";
import type { ChannelCommand, FeedCommand } from "../../worker/protocol/commands.ts";
import type { ChannelFrame } from "../../worker/protocol/frames.ts";
import type { Channel, Message, Person } from "../../worker/protocol/things.ts";
import { clearDatabase, Device, type DeviceTab } from "./device.ts";

export const ada: Person = { id: "ada-0123456789abcdef", name: "Ada" };
export const bea: Person = { id: "bea-0123456789abcdef", name: "Bea" };
export const cem: Person = { id: "cem-0123456789abcdef", name: "Cem" };
export const direct: Channel = channel(`${ada.id}~${bea.id}`, {
  epoch: "epoch-direct",
  kind: "direct",
  name: "",
  peer: bea,
});

export function channel(id: string, about: Partial<Channel> = {}): Channel {
  return {
    id,
    epoch: `epoch-${id}`,
    kind: "public",
    name: id,
    topic: "",
    createdBy: ada,
    createdAt: 1,
    seq: 0,
    lastAt: null,
    ...about,
  };
}

export function message(seq: number, about: Partial<Message> = {}): Message {
  const id = `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
  return { id, seq, rev: seq, author: bea, sentAt: seq, text: `message ${seq}`, ...about };
}

export function welcome(
  messages: Message[],
  about: Partial<Extract<ChannelFrame, { type: "welcome" }>> = {},
): ChannelFrame {
  const seq = Math.max(0, ...messages.map((one) => one.seq));
  const rev = Math.max(0, ...messages.map((one) => one.rev));
  const epoch = "epoch-general";
  const here = { count: 1, people: [ada] };
  return {
    type: "welcome",
    version: 1,
    you: ada,
    channel: { id: "general", epoch, kind: "public" },
    epoch,
    head: { seq, rev },
    reset: true,
    messages,
    here,
    ...about,
  };
}

/** The device on which everything happens, and its tabs. */
const device = new Device();
const tabs: DeviceTab[] = [];

export function closeTabs(): void {
  for (const tab of tabs.splice(0)) tab.close();
}

type Made = {
  readonly store: Store;
  readonly said: ChannelCommand[];
  readonly toldFeed: FeedCommand[];
  readonly api: typeof httpApi;
  readonly startOver: Mock<() => void>;
  readonly makeDeliveries: Mock<(needs: DeliveryDependencies) => Promise<ReturnType<typeof createDeliveries>>>;
};

export async function make({
  token,
  isOffline,
  makeUploads = () => {
    throw new Error("no files here");
  },
}: {
  readonly token?: string;
  readonly isOffline?: boolean;
  readonly makeUploads?: (channelId: string) => Uploads;
} = {}): Promise<Made> {
  const said: ChannelCommand[] = [];
  const toldFeed: FeedCommand[] = [];
  const unused = () => Promise.reject(new Error("not to be called"));
  const answer = <T>(value: T, status = 200) => ({ ok: true, value, status }) as const;
  const api: typeof httpApi = {
    site: vi.fn(async () => answer({ name: "Flack", accessCode: false, files: true, session: true })),
    session: vi.fn(async () => answer({ person: ada })),
    signIn: vi.fn(async (name: string) => answer({ person: { ...ada, name } })),
    signOut: vi.fn(async () => answer(null, 204)),
    becomeOwner: unused,
    redeem: vi.fn(async (_token: string) => answer({ person: bea })),
    channels: vi.fn(async (_cursor: string) => answer<ChannelPage>({ channels: [] })),
    createChannel: vi.fn(async ({ name }: { readonly name: string }) => answer(channel(name), 201)),
    openGroup: unused,
    openDirect: vi.fn(async (_personId: string) => answer(direct, 201)),
    searchPeople: unused,
    peopleById: vi.fn(async (_ids: readonly string[]) => answer({ people: [cem] })),
    window: vi.fn(async (id: string) => answer({ epoch: `epoch-${id}`, head: { seq: 0, rev: 0 }, messages: [] })),
    send: vi.fn(async () => answer(null, 201)),
    edit: vi.fn(async () => answer(null)),
    remove: vi.fn(async () => answer(null, 204)),
    react: vi.fn(async () => answer(null)),
  };
  if (isOffline) vi.mocked(api.redeem).mockResolvedValueOnce({ ok: false, status: 0, code: "offline", detail: "" });
  const startOver = vi.fn<() => void>();
  const makeDeliveries = vi.fn(async (needs: DeliveryDependencies) => createDeliveries(needs));
  const store = createStore({
    api,
    requests: unused,
    localState,
    files: async () => fileRows,
    makeDeliveries,
    makeOutbox: (deliver, adopted) => {
      const tab = device.open(deliver, adopted);
      tabs.push(tab);
      return tab.outbox;
    },
    makeUploads: (channelId) => makeUploads(channelId),
    keptConversations: async () => [],
    sendCommand: (_channelId, command) => {
      said.push(command);
      return true;
    },
    sendToFeed: (command) => {
      toldFeed.push(command);
      return true;
    },
    startOver,
    now: Date.now,
    elapsed: () => performance.now(),
  });
  await store.start(token);
  return { store, said, toldFeed, api, startOver, makeDeliveries };
}

/** What a first frame says of a person who has read nothing. */
export const NOTHING_READ = { reads: {}, mentions: {}, onlineCount: 1 };

/** The conversation that is open. */
export function here(store: Store) {
  const conversation = store.open.value;
  if (!conversation) throw new Error("no conversation is open");
  return conversation;
}

/** Saves a rewrite as it is typed now. */
export function save(store: Store, text: string): boolean {
  return store.saveEdit(here(store), { id: here(store).editing.value?.id ?? "", text });
}

/** Signed in, both links live, #general open and welcomed. */
export async function talking(messages: Message[] = [], options: Parameters<typeof make>[0] = {}): Promise<Made> {
  const made = await make(options);
  made.store.linkChanged("directory", { kind: "live" });
  made.store.receiveDirectory({
    type: "directory",
    version: 2,
    you: ada,
    channels: [channel("general"), channel("design")],
    people: [],
    ...NOTHING_READ,
  });
  made.store.receiveChannel("general", welcome(messages));
  made.store.linkChanged("channel", { kind: "live" });
  await vi.waitFor(() => expect(made.makeDeliveries).toHaveResolved());
  return made;
}

/** Another test begins: no tab, nothing stored, the first address. */
export async function beginAnew(): Promise<void> {
  vi.restoreAllMocks();
  closeTabs();
  localStorage.clear();
  await clearDatabase();
  go("/", "replace");
}
