/**
 * What is asked of the server now and then, by what is fetched later itself: details, settings, dialogs. What follows from it for this
 * tab comes on the sockets.
 */
import * as v from "valibot";
import {
  AdminAnswer,
  BansAnswer,
  BotAnswer,
  BotsAnswer,
  DevicesAnswer,
  GuestLinkAnswer,
  HookAnswer,
  HooksAnswer,
  InviteAnswer,
  InviteTakenAnswer,
  LinkAnswer,
  MembersAnswer,
  PinsAnswer,
  PushKeyAnswer,
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

  /** The link by which anyone may watch a public channel: the one there is, or a new one. */
  openGuestLink: (channelId: string) => call("POST", `${channelPath(channelId)}/guest-link`, GuestLinkAnswer),
  withdrawGuestLink: (channelId: string) => call("DELETE", `${channelPath(channelId)}/guest-link`, nothing),

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
  bots: () => call("GET", "/api/bots", BotsAnswer),
  makeBot: (name: string) => call("POST", "/api/bots", BotAnswer, { name }),
  /** In place of the former one, which ends. */
  changeBotKey: (botId: string) => call("POST", `/api/bots/${botId}/key`, BotAnswer),
  endBot: (botId: string) => call("DELETE", `/api/bots/${botId}`, nothing),

  hooks: (channelId: string) => call("GET", `${channelPath(channelId)}/hooks`, HooksAnswer),
  addHook: (channelId: string, name: string) => call("POST", `${channelPath(channelId)}/hooks`, HookAnswer, { name }),
  /** What a hook answers to a message: `ok`, or why not. */
  async testHook(url: string, message: Readonly<Record<string, string>>): Promise<string> {
    return (await fetch(url, { method: "POST", body: JSON.stringify(message) })).text();
  },
  removeHook: (channelId: string, hookId: string) =>
    call("DELETE", `${channelPath(channelId)}/hooks/${hookId}`, nothing),

  /** The site's public key for pushes. */
  pushKey: () => call("GET", "/api/push", PushKeyAnswer),
  subscribePush: (subscription: PushSubscriptionJSON) => call("PUT", "/api/push/subscription", nothing, subscription),
  unsubscribePush: (endpoint: string) => call("DELETE", "/api/push/subscription", nothing, { endpoint }),
  testPush: () => call("POST", "/api/push/test", nothing),
  /** Until that time (ms); `null`: pushes come again. */
  pausePush: (until: number | null) => call("PUT", "/api/push/pause", nothing, { until }),

  stepDown: () => call("DELETE", "/api/session/owner", nothing),
};
