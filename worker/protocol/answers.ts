/** What the server answers over HTTP, as far as a client needs it. The Worker takes only types from this file. */
import * as v from "valibot";
import { SeqByChannel } from "./frames.ts";
import { Channel, Count, Head, Message, OnlinePerson, Person, Preference } from "./things.ts";
import { listOf } from "./wire.ts";

/** Of `GET …/messages`. */
export const WindowAnswer = v.object({
  epoch: v.string(),
  head: Head,
  messages: listOf(Message),
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
export const PeopleAnswer = v.object({ people: v.array(Person) });
export const OnlinePeopleAnswer = v.object({ people: v.array(OnlinePerson) });

/** `owner`: whether the person is an owner of the site. */
export const SessionAnswer = v.object({
  person: Person,
  owner: v.exactOptional(v.boolean()),
  channel: v.exactOptional(Channel),
});
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
