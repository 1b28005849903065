/**
 * What is asked of the server now and then, by what is fetched later itself: details, settings, dialogs. What follows from it for this
 * tab comes on the sockets.
 */
import * as v from "valibot";
import {
  AdminAnswer,
  BansAnswer,
  DevicesAnswer,
  InviteAnswer,
  InviteTakenAnswer,
  LinkAnswer,
  MembersAnswer,
  PinsAnswer,
  RecoveryAnswer,
  ReportsAnswer,
} from "../../worker/protocol/occasional-answers.ts";
import { Channel, type Preference } from "../../worker/protocol/things.ts";
import { call, channelPath } from "./api.ts";

export type Requests = typeof requests;

/** What is to be changed about a channel. `keepMs` and `slowMs` 0: no such rule. */
export type ChannelChange = {
  readonly topic?: string;
  readonly name?: string;
  readonly posting?: "everyone" | "creator";
  readonly slowMs?: number;
  readonly keepMs?: number;
};

const nothing = v.unknown();
const query = (channelId: string | undefined) =>
  channelId === undefined ? "" : `?channel=${encodeURIComponent(channelId)}`;

export const requests = {
  changeChannel: (channelId: string, change: ChannelChange) => call("PATCH", channelPath(channelId), Channel, change),
  deleteChannel: (channelId: string) => call("DELETE", channelPath(channelId), nothing),
  setPreference: (channelId: string, change: Preference) =>
    call("PUT", `${channelPath(channelId)}/preferences`, nothing, change),

  members: (channelId: string) => call("GET", `${channelPath(channelId)}/members`, MembersAnswer),
  addMember: (channelId: string, person: string) =>
    call("POST", `${channelPath(channelId)}/members`, MembersAnswer, { person }),
  /** Takes a person out of a private channel; oneself: leaves it. */
  removeMember: (channelId: string, personId: string) =>
    call("DELETE", `${channelPath(channelId)}/members/${personId}`, nothing),

  /** An invite to a private channel, or to the site. */
  makeInvite: (channelId?: string) =>
    call("POST", "/api/invites", InviteAnswer, channelId === undefined ? {} : { channel: channelId }),
  acceptInvite: (token: string) => call("POST", "/api/invites/accept", InviteTakenAnswer, { token }),
  withdrawInvites: (channelId?: string) => call("DELETE", `/api/invites${query(channelId)}`, nothing),

  pin: (channelId: string, messageId: string) =>
    call("POST", `${channelPath(channelId)}/pins`, PinsAnswer, { messageId }),
  unpin: (channelId: string, messageId: string) =>
    call("DELETE", `${channelPath(channelId)}/pins/${messageId}`, nothing),

  report: (channelId: string, messageId: string, reason: string) =>
    call("POST", `${channelPath(channelId)}/messages/${messageId}/report`, nothing, reason === "" ? {} : { reason }),
  reports: () => call("GET", "/api/reports", ReportsAnswer),
  closeReport: (id: string) => call("DELETE", `/api/reports/${id}`, nothing),
  bans: () => call("GET", "/api/bans", BansAnswer),
  liftBan: (id: string) => call("DELETE", `/api/bans/${id}`, nothing),
  admin: () => call("GET", "/api/admin", AdminAnswer),

  block: (personId: string, isBlocked: boolean) =>
    call(isBlocked ? "PUT" : "DELETE", `/api/people/${personId}/block`, nothing),
  /** With hours, the addresses of the person are kept out for so long. */
  removePerson: (personId: string, banHours?: number) =>
    call("DELETE", `/api/people/${personId}`, nothing, banHours === undefined ? undefined : { banHours }),

  /** The devices on which this person is signed in. */
  devices: () => call("GET", "/api/session/devices", DevicesAnswer),
  endDevice: (deviceId: string) => call("DELETE", `/api/session/devices/${deviceId}`, nothing),
  /** A link for one more device. */
  makeLink: () => call("POST", "/api/session/links", LinkAnswer),
  /** A new code to come back with, in the place of the former one. */
  makeRecoveryCode: () => call("POST", "/api/session/recovery", RecoveryAnswer),
  stepDown: () => call("DELETE", "/api/session/owner", nothing),
};
