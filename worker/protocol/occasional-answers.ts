/** What the server answers to what is asked now and then: by details, settings and dialogs. */
import * as v from "valibot";
import { Channel, Count, Message, OnlinePerson, Person, PinList } from "./things.ts";

/** A message that someone reported to the owners of the site. `at` in ms. */
export const Report = v.object({
  id: v.string(),
  channel: v.string(),
  message: Message,
  reporter: Person,
  reason: v.string(),
  at: Count,
});
export type Report = Readonly<v.InferOutput<typeof Report>>;

/** A person whose addresses are kept out until then (ms). */
export const Ban = v.object({ id: v.string(), name: v.string(), until: Count });
export type Ban = Readonly<v.InferOutput<typeof Ban>>;

/** A device on which a person is signed in. `label`: `Firefox on Linux`. Times in ms, `seenAt` to the day. */
const Device = v.object({
  id: v.string(),
  current: v.boolean(),
  createdAt: Count,
  seenAt: Count,
  label: v.string(),
});
export type Device = Readonly<v.InferOutput<typeof Device>>;
export const DevicesAnswer = v.object({ devices: v.array(Device) });
export const RecoveryAnswer = v.object({ code: v.string() });
export const MembersAnswer = v.object({ members: v.array(OnlinePerson) });
export const InviteAnswer = v.object({ url: v.string(), expiresAt: Count });
export const InviteTakenAnswer = v.object({ channel: v.exactOptional(Channel) });
export const LinkAnswer = v.object({ url: v.string(), expiresAt: Count });
export const PinsAnswer = v.object({ pins: PinList });
export const ReportsAnswer = v.object({ reports: v.array(Report) });
export const BansAnswer = v.object({ bans: v.array(Ban) });
export const AdminAnswer = v.object({
  people: Count,
  online: Count,
  channels: Count,
  reports: Count,
  version: v.string(),
});

/** `key` opens everything that the bot may do; it is shown once. */
export const BotAnswer = v.object({ person: Person, key: v.string() });
export const BotsAnswer = v.object({ bots: v.array(Person) });
const Hook = v.object({ id: v.string(), name: v.string() });
export const HooksAnswer = v.object({ hooks: v.array(Hook) });
/** `url` is shown once. */
export const HookAnswer = v.object({ ...Hook.entries, url: v.string() });
/** The site's public key for pushes, base64url, and until when (ms) this person wants none. */
export const PushKeyAnswer = v.object({ key: v.string(), pausedUntil: v.exactOptional(Count) });

/** The link by which anyone may watch a channel. */
export const GuestLinkAnswer = v.object({ url: v.string() });
