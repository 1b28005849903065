/** The parts of a channel, put together: rows, sockets, what is decided, who hears of what, and the one alarm. */
import { Authority } from "../platform/authority.ts";
import { Broadcast, gatherMs } from "../platform/broadcast.ts";
import { relayStub, shardStub } from "../platform/objects.ts";
import { Outbox } from "../platform/outbox.ts";
import { Schedule } from "../platform/schedule.ts";
import { shardOf } from "../platform/shard-id.ts";
import { Sockets } from "../platform/sockets.ts";
import type { ChannelFrame } from "../protocol/frames.ts";
import { RELAY_SOCKETS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { RelayRef, RelayState } from "../relay/rpc.ts";
import { AgeLimit } from "./age-limit.ts";
import { Allowances } from "./allowances.ts";
import { Announcements, announce } from "./announcements.ts";
import { Attendance } from "./attendance.ts";
import { ChannelStore } from "./channel-store.ts";
import { ChannelFiles } from "./files.ts";
import { Guests } from "./guests.ts";
import { Hooks } from "./hooks.ts";
import { Membership } from "./membership.ts";
import { Messages } from "./messages.ts";
import { Pins } from "./pins.ts";
import { Relays } from "./relays.ts";
import { Reports, sendReport } from "./reports.ts";
import type { ChannelAuth } from "./rpc.ts";
import { Settings } from "./settings.ts";
import { newAbout, refOf } from "./tables.ts";

export type Parts = ReturnType<typeof createParts>;

/** Made in the constructor: it only reads. */
export function createParts(ctx: DurableObjectState, env: Env) {
  const { storage } = ctx;
  const store = new ChannelStore(storage);
  const authority = new Authority();
  const allowances = new Allowances();
  const reschedule = () => schedule.update();
  const sockets: Sockets<ChannelAuth> = new Sockets(ctx, {
    entered: (socket, { person }) => attendance.enter(socket, person),
    left: (socket) => attendance.leave(socket),
  });
  const commonRelayParts = {
    sql: storage.sql,
    tables: store.tables,
    stub: (row: RelayRef & { readonly continent: string }) => relayStub(env, row, row.continent),
    capacity: Number(env.RELAY_SOCKETS) || RELAY_SOCKETS,
    state: relayState,
    rev: () => messages.history.rev,
    welcome: () => ({ count: attendance.count, rules: store.about?.rules ?? {} }),
    reschedule,
  };
  const relays: Relays = new Relays({
    ...commonRelayParts,
    isForGuests: false,
    entered: (key, person) => attendance.enter(key, person),
    left: (key) => attendance.leave(key),
  });
  const noteGuest = (person: Person, by: 1 | -1) => {
    guests.note(person, by);
    attendance.noteGuests();
  };
  const guestRelays: Relays = new Relays({
    ...commonRelayParts,
    isForGuests: true,
    state: guestState,
    entered: (_, guest) => noteGuest(guest, 1),
    left: (_, guest) => noteGuest(guest, -1),
  });
  const attendance: Attendance = new Attendance({ sockets, relays, guestRelays, guests: () => guests.count });
  const broadcast = new Broadcast(
    (frame, changed) => {
      const { rev } = messages.history;
      sockets.broadcast(frame);
      relays.sendMessages(frame, changed, rev);
      guestRelays.sendMessages(frame, changed, rev);
    },
    () => gatherMs(attendance.ownSockets, attendance.ownSockets + relays.sockets + guestRelays.sockets),
  );
  const files: ChannelFiles = new ChannelFiles(store, {
    bucket: env.FILES,
    settle: async (personId, ids) => shardStub(env, shardOf(personId) ?? 0).settleUploads(personId, ids),
    reschedule,
    isEndDelivered: () => outbox.isEmpty && relays.isEmpty && guestRelays.isEmpty,
    forget: () => store.deleteAll(),
  });
  const reports: Reports = new Reports({
    history: () => messages.history,
    channel: () => refOf(store.about),
    store,
    send: (target, news) => sendReport(env, target, news),
    reschedule,
  });
  const outbox: Outbox = new Outbox(
    storage.sql,
    () => store.tables.exist,
    (target, row) => announce(env, store.about, target, row),
    reschedule,
  );
  const send = (frame: ChannelFrame) => {
    const text = JSON.stringify(frame);
    sockets.broadcast(text);
    relays.send(text);
    guestRelays.send(text);
  };
  const pins: Pins = new Pins({
    sql: storage.sql,
    tables: store.tables,
    about: () => store.about,
    history: () => messages.history,
    allowances,
    changed: (all) => broadcast.whenSent(() => send({ type: "pins", pins: all })),
  });
  const messages: Messages = new Messages({
    store,
    broadcast,
    files,
    reports,
    pins,
    send,
    allowances,
    takesFiles: env.FILES !== undefined,
  });
  const announcements = new Announcements(outbox, reschedule);
  const settings = new Settings({ store, announcements, allowances, messages, reports, endHooks: () => hooks.end() });
  const membership = new Membership({
    store,
    announcements,
    allowances,
    messages,
    settings,
    left: (personId) => {
      sockets.endPerson(personId);
      relays.endPerson(personId);
    },
    ended,
  });
  const hooks: Hooks = new Hooks({
    sql: storage.sql,
    tables: store.tables,
    about: () => store.about,
    begin: (channel) => store.facts.begin(newAbout(channel)),
    announcements,
    allowances,
    send: (author, message) => messages.receive(author, message, Date.now()),
  });
  const guests: Guests = new Guests({
    sql: storage.sql,
    tables: store.tables,
    about: () => store.about,
    channel: () => refOf(store.about),
    allowances,
    relays: guestRelays,
  });
  const age = new AgeLimit({
    about: () => store.about,
    history: () => messages.history,
    pins,
    expire: (old) => messages.expire(old, Date.now()),
  });
  const schedule: Schedule = new Schedule(storage, [
    files.job,
    reports.job,
    outbox.job,
    age.job,
    relays.job,
    guestRelays.job,
  ]);

  /** The channel has ended. Its files leave the bucket by the alarm at the latest. */
  function ended(): void {
    messages.clear();
    sockets.endAll();
    void relays.endAll();
    void guestRelays.endAll();
    void files.sweep();
  }

  /** What a relay is to have of this channel. */
  function relayState(): RelayState {
    return {
      hasEnded: store.hasEnded,
      history: messages.history,
      pins: pins.list(),
      ...(relays.isEveryoneKnown && { here: { ...attendance.for(), guests: guests.count } }),
      ...(store.about?.kind === "private" && { members: store.members.ids() }),
    };
  }

  /** The same for a relay of guests. */
  function guestState(): RelayState {
    const { history, pins: pinned, here } = relayState();
    const hasEnded = guests.token === undefined;
    return { hasEnded, history, pins: pinned, ...(here && { here: { ...here, people: [] } }) };
  }

  return {
    store,
    authority,
    sockets,
    attendance,
    broadcast,
    files,
    outbox,
    messages,
    pins,
    settings,
    membership,
    hooks,
    relays,
    guestRelays,
    guests,
    relayState,
    guestState,
    schedule,
    ended,
  };
}
