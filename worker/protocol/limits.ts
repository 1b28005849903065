/**
 * Every limit of the product, with its unit in its name and its reason beside it. Pure and shared with the browser.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const KIB = 1024;
const MIB = 1024 * KIB;

/* ---- the wire ---- */

/** Sent in the first frame of a socket; a client that knows a lower one offers to reload. */
export const PROTOCOL_VERSION = 2;
/** Bytes of UTF-8 of one frame from a client or one JSON body: 4,000 four-byte characters, escaped, and room to spare. */
export const FRAME_MAX_BYTES = 64 * KIB;
/** The longest (ms) a JSON body may take to arrive: the slowest connection that is of any use. */
export const BODY_MAX_MS = MINUTE_MS;
/** A check of a session counts for this long (ms). A request that takes longer to arrive is checked again before it changes anything. */
export const CHECK_MAX_AGE_MS = 5 * SECOND_MS;
/** After this long (ms) a request to an object that is overloaded or out of reach may be made again. */
export const BUSY_RETRY_MS = 2 * SECOND_MS;
/** After this long (ms) an address that made too many requests may try again. */
export const ADDRESS_RETRY_MS = 10 * SECOND_MS;

/* ---- messages ---- */

/** Messages a channel keeps, tombstones included: a phone loads all of them at once, so clients need no paging. */
export const WINDOW_MESSAGES = 100;
/** Earlier ids that each slot of the window remembers. With the one in the window that makes 1,100 ids: a client that sends one of the last 1,000 messages again is recognised. */
export const EVICTED_IDS_PER_SLOT = 10;
/** Unicode code points of a message's text. A long letter still fits; a pasted log does not. */
export const TEXT_MAX_POINTS = 4_000;
/** Unicode code points of a topic: one line of a header. */
export const TOPIC_MAX_POINTS = 250;
/** Kinds of reactions on one message, and reactions in all: as many as still can be read. */
export const REACTION_KINDS_MAX = 20;
export const REACTIONS_MAX = 200;
/** People of one message who are told that it mentions them. */
export const MENTIONS_MAX = 20;

/* ---- names ---- */

/** Unicode code points of a display name or a channel's name. */
export const NAME_MAX_POINTS = 32;
/** A name whose person was not seen for this long (ms) may be claimed by another person. */
export const NAME_KEPT_MS = 90 * DAY_MS;
/** A claim of a name has this long (ms) to be used. An older one that was not used is worth nothing. */
export const CLAIM_MAX_AGE_MS = 10 * SECOND_MS;

/* ---- files ---- */

/** Bytes of a file: a photo, a short film, a long recording. */
export const ATTACHMENT_MAX_BYTES = 10 * MIB;
/** The longest (ms) a file may take to arrive. */
export const UPLOAD_MAX_MS = 10 * MINUTE_MS;
/** Files of one message. */
export const ATTACHMENTS_MAX = 10;
/** Unicode code points of a file's name, its ending included. */
export const FILE_NAME_MAX_POINTS = 120;
/** An upload waits this long (ms), an hour, for a message to take it. */
export const UPLOAD_WAIT_MS = 60 * MINUTE_MS;
/** Bytes of a person's uploads that wait for a message. */
export const WAITING_UPLOADS_MAX_BYTES = 200 * MIB;
/** Bytes of each part but the last of an upload without a length: R2's least, and all parts have to be equally large. */
export const PART_BYTES = 5 * MIB;
/** Bytes that all uploads of an isolate together may hold in memory: three parts. An isolate has 128 MB. */
export const PARTS_IN_MEMORY_MAX_BYTES = 16 * MIB;
/** Uploads without a length that a person may have under way. */
export const OPEN_UPLOADS_MAX = 2;
/** Keys in one call to the bucket: R2 refuses more. */
export const BUCKET_KEYS_MAX = 1_000;
/** What left the bucket's index is tried again after this long (ms): bytes are gone within ten seconds. */
export const SWEEP_MS = 9 * SECOND_MS;

/* ---- people and sessions ---- */

/** The longest (ms) a session lives without being used: browsers keep no cookie longer (RFC 6265bis §5.5). */
export const SESSION_MAX_MS = 400 * DAY_MS;
/** A device link works for this long (ms): time enough to walk to the other device. */
export const LINK_MS = 10 * MINUTE_MS;
/** People whom one person blocks. */
export const BLOCKED_MAX = 500;
/** Device links of a person that work at the same time. */
export const LINKS_PER_PERSON = 8;
/** Channels that one session is remembered to have visited; each of them hears of its end. More than a site has. */
export const VISITS_MAX = 2_000;
/** People of one shard, unless the variable SHARD_PEOPLE says otherwise: as many feeds as one object serves well. */
export const SHARD_PEOPLE = 500;
/** A shard asks the directory for a channel it does not know at most so often (ms). */
export const UNKNOWN_CHANNEL_MS = SECOND_MS;
/** Who is online elsewhere is asked for again after this long (ms), when a feed opens. */
export const PRESENCE_ASKED_MS = MINUTE_MS;
/** People asked for by id in one request. */
export const PEOPLE_ASKED_MAX = 50;
/** People in the answer to a search. */
export const PEOPLE_FOUND_MAX = 20;
/** The longest (ms) an answer waits until everyone concerned was told: of a new name, and of an ended session. */
export const DELIVERY_MAX_MS = 5 * SECOND_MS;
export const END_MAX_MS = 6 * SECOND_MS;

/* ---- channels ---- */

/** Public channels of a site. */
export const CHANNELS_MAX = 1_000;
/** The longest time (ms) between two messages of one person that a channel may ask for. */
export const SLOW_MAX_MS = 60 * MINUTE_MS;
/** How long (ms) a channel may keep its messages, where it says so. */
export const KEEP_MIN_MS = 60 * MINUTE_MS;
export const KEEP_MAX_MS = 365 * DAY_MS;
/** An invite works for this long (ms), and for so many people. */
export const INVITE_MS = 7 * DAY_MS;
export const INVITE_PEOPLE_MAX = 100;
/** Open invites of a person. */
export const INVITES_PER_PERSON = 10;
/** Reports that are kept, and for how long (ms). */
export const REPORTS_PER_HOUR = 30;
export const REPORTS_MAX = 200;
export const REPORT_KEPT_MS = 30 * DAY_MS;
/** Unicode code points of the reason of a report. */
export const REASON_MAX_POINTS = 500;
/** The longest ban, in hours: thirty days. */
export const BAN_HOURS_MAX = 720;
/** Pinned messages of a channel: as many as are looked at. */
export const PINS_MAX = 10;
/** People of a private channel: as many as one shard. */
export const MEMBERS_MAX = 500;
/** People of a group conversation beside the one who opens it. */
export const GROUP_OTHERS_MIN = 2;
export const GROUP_OTHERS_MAX = 8;
/** A deleted channel's object says for at least this long (ms) that it has ended: longer than any request is under way. */
export const ENDED_KEPT_MS = 15 * MINUTE_MS;
/** A channel that changed tells once more, after this long (ms), what it owes to people elsewhere. */
export const RESEND_MS = 30 * SECOND_MS;
/** It tells of what changed in this time (ms) before. */
export const RESEND_WINDOW_MS = 2 * MINUTE_MS;

/* ---- first frames and lists ---- */

/** People named in a `welcome` and in each list of a `here`; beyond it only the count is told. */
export const HERE_MAX_PEOPLE = 100;
/** People in the first frame of the feed, and in one `people` frame. */
export const FEED_PEOPLE_MAX = 100;
/** Where more people than this are online, shards tell each other numbers instead of names. */
export const NAMED_ONLINE_MAX = 500;
/** Channels in the first frame of the feed, and their bytes. */
export const FEED_CHANNELS_MAX = 300;
export const FEED_CHANNELS_MAX_BYTES = 64 * KIB;
/** Channels in the list without pages. */
export const CHANNELS_AT_ONCE_MAX = 2_000;
/** Channels of one page of the list. */
export const CHANNELS_PER_PAGE = 500;
/** Deleted messages that one `activity` entry names. */
export const ACTIVITY_DELETED_MAX = 100;
/** Channels in one `read` frame. */
export const READ_CHANNELS_MAX = 100;
/** Unread mentions of a person that are remembered. */
export const UNREAD_MENTIONS_MAX = 100;

/* ---- pace ---- */

/** `burst` at once after a rest, `perSecond` in the long run. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** New messages of a person in a channel: faster than anyone types, slower than a flood. */
export const MESSAGE_RATE: Rate = { perSecond: 5, burst: 10 };
/** Other changes of a person in a channel (edits, deletions, reactions): more than anyone makes by hand. */
export const CHANGE_RATE: Rate = { perSecond: 20, burst: 60 };
/** Settings of one channel: each change goes to everyone on the site. */
export const SETTINGS_RATE: Rate = { perSecond: 0.5, burst: 5 };
/** Frames of any kind on one socket. */
export const FRAME_RATE: Rate = { perSecond: 20, burst: 40 };
/** Changes of a channel. An object makes about 500 durable writes a second before latency collapses. */
export const CHANNEL_RATE: Rate = { perSecond: 200, burst: 200 };
/** People of a channel who are shown to be typing: as many as can be followed. */
export const TYPING_RATE: Rate = { perSecond: 20, burst: 20 };
/** Uploads of a person: two full messages at once, and one more every three seconds. */
export const UPLOAD_RATE: Rate = { perSecond: 20 / 60, burst: 20 };
/** `read` and `unread` frames of a person. */
export const READ_RATE: Rate = { perSecond: 1 / 5, burst: 3 };

/** New channels and new direct conversations of a person in an hour. */
export const NEW_CHANNELS_PER_HOUR = 10;
export const NEW_DIRECTS_PER_HOUR = 30;
/** Sign-ins of an address in an hour, and the failed ones among them. A class shares one address. */
export const SIGN_INS_PER_HOUR = 600;
export const FAILED_SIGN_INS_PER_HOUR = 60;

/** The shortest time (ms) between two frames of one kind: `activity`, `people`, `here`, and `typing` of one person. */
export const BATCH_MS = SECOND_MS;
/** Where more people than this are online, a channel reports its activity to the directory only so often (ms). */
export const MANY_ONLINE = 5_000;
export const MANY_ONLINE_BATCH_MS = 10 * SECOND_MS;

/* ---- sockets ---- */

/** Sockets of one person that an object keeps; the oldest makes room. More are forgotten windows or a loop. */
export const SOCKETS_PER_PERSON = 8;
/** Sockets of one person, those among them that are closed and not gone: what they have not read is still in memory. */
export const LINGERING_SOCKETS_MAX = 32;
/** Unreadable frames before a socket is closed. */
export const BAD_FRAMES_MAX = 5;
/** Refusals for haste before a socket is closed, unless it rests for `QUIET_MS` in between. */
export const VIOLATIONS_MAX = 20;
export const QUIET_MS = 2 * SECOND_MS;
/** Bytes a socket may leave unread when another frame is due. Unread frames stay in the object's memory without limit. */
export const UNREAD_MAX_BYTES = 256 * KIB;
/** The same for all sockets of an object: a quarter of the memory it has (128 MB). */
export const UNREAD_IN_ALL_MAX_BYTES = 32 * MIB;
/** Where the runtime does not tell what is unread: bytes that are sent to a socket without a frame or a ping from it. */
export const UNHEARD_MAX_BYTES = 16 * MIB;

/** Sockets that a channel holds itself, and each of its relays, unless the variable RELAY_SOCKETS says otherwise: with half as many more, a burst of sixty messages takes a tenth of a second, and joins need time too (docs/scale.md). */
export const RELAY_SOCKETS = 1_000;
/** A relay that has no copy of its channel by then (ms) sends a newcomer away to come back: a person waits no longer for a first message. */
export const RELAY_READY_MS = 2 * SECOND_MS;
/** A socket that was sent to a relay and has not arrived by then (ms) does not come: its check has expired. */
export const PLACEMENT_MAX_MS = 2 * CHECK_MAX_AGE_MS;
/** Above so many sockets a channel gathers its frames for so long (ms): with ten relays or more, fewer frames matter more than a tenth of a second. */
export const MANY_SOCKETS = 10_000;
export const MANY_SOCKETS_BATCH_MS = 100;

/** Guests of a channel, and those of them from one address: the relays of one audience, and the people behind one address of a company. */
export const GUESTS_MAX = 100_000;
export const GUESTS_PER_ADDRESS = 500;

/** Bots of one person: their maker knows them all by name. */
export const BOTS_MAX = 5;

/** Between comments on a stream of events (ms): proxies close what is quiet for half a minute. */
export const STREAM_COMMENT_MS = 25_000;
/** What a stream holds for a reader that does not read (bytes): two whole windows. */
export const STREAM_BUFFER_MAX_BYTES = 1024 * 1024;

/** Incoming hooks of one channel: all of them fit into one view of its integrations. */
export const HOOKS_MAX = 10;
/** What one hook may write: a monitoring tool can report a burst of alerts. */
export const HOOK_RATE: Rate = { perSecond: 1, burst: 20 };
/** A hook's name and the one its sender asks for, together: two display names. */
export const HOOK_NAME_MAX_POINTS = 64;
/** What a program may send to a hook: alerting tools send much more than they say. */
export const HOOK_BODY_MAX_BYTES = 1024 * 1024;
/** How deep a hook's parts are read one inside another. */
export const HOOK_DEPTH_MAX = 6;

/** Devices of one person that take pushes: each message to the person is one request for each. */
export const SUBSCRIPTIONS_MAX = 10;
/** What a push shows of a text: about what a phone shows of it. */
export const PUSH_TEXT_MAX_POINTS = 120;
/** A push that could not be delivered by then (ms) is old news. */
export const PUSH_TTL_MS = 3_600_000;
/** Time (ms) in which messages of a conversation are gathered, and may be read: a push is due within two seconds. */
export const PUSH_GATHER_MS = 1_000;
/** A service that takes longer (ms) is tried again. */
export const PUSH_TIMEOUT_MS = 10_000;
/** Between tries (ms): the first wait, twice as long each time, for five minutes in all: later the message has been read elsewhere, or is old news. */
export const PUSH_RETRY_FIRST_MS = 5_000;
export const PUSH_RETRY_MAX_MS = 5 * MINUTE_MS;
/** Tests of one person: one in ten seconds, which is time to look at the result. */
export const PUSH_TEST_RATE: Rate = { perSecond: 0.1, burst: 1 };

/** A window in front counts for this time (ms) after its last sign of life: clients ping every 25 s. */
export const VISIBLE_MS = 70_000;
