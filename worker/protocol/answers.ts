/** What the server answers over HTTP, as far as a client needs it. The Worker takes only types from this file. */
import * as v from "valibot";
import { SeqByChannel } from "./frames.ts";
import { Ban, Channel, Count, Head, Message, OnlinePerson, Person, PinList, Preference, Report } from "./things.ts";

/** Of `GET …/messages`. */
export const WindowAnswer = v.object({
  epoch: v.string(),
  head: Head,
  messages: v.pipe(v.array(Message), v.readonly()),
  oldestSeq: v.exactOptional(Count),
});
export type WindowAnswer = Readonly<v.InferOutput<typeof WindowAnswer>>;
/** A page of the list of channels; there is no `cursor` on the last one. */
export const ChannelsAnswer = v.object({
  channels: v.array(Channel),
  cursor: v.exactOptional(v.string()),
  reads: v.exactOptional(SeqByChannel),
  preferences: v.exactOptional(v.record(v.string(), Preference)),
});
export const ReportsAnswer = v.object({ reports: v.array(Report) });
export const BansAnswer = v.object({ bans: v.array(Ban) });
export const AdminAnswer = v.object({
  people: Count,
  online: Count,
  channels: Count,
  reports: Count,
  version: v.string(),
});
export const PinsAnswer = v.object({ pins: PinList });
export const PeopleAnswer = v.object({ people: v.array(Person) });
export const MembersAnswer = v.object({ members: v.array(OnlinePerson) });
export const OnlinePeopleAnswer = v.object({ people: v.array(OnlinePerson) });
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
export const LinkAnswer = v.object({ url: v.string(), expiresAt: Count });

/** `owner`: whether the person is an owner of the site. */
export const SessionAnswer = v.object({ person: Person, owner: v.exactOptional(v.boolean()) });
export const SiteAnswer = v.object({
  name: v.string(),
  accessCode: v.boolean(),
  files: v.boolean(),
  session: v.exactOptional(v.boolean()),
});
export const ProblemAnswer = v.object({
  code: v.string(),
  detail: v.string(),
  retryAfterMs: v.exactOptional(Count),
});
