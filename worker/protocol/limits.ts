/**
 * Every limit of the wire, with its unit in its name and its reason beside it. Pure and shared with the browser.
 */

/** Sent in the first frame of a socket; a client that knows a lower one offers to reload. */
export const PROTOCOL_VERSION = 1;

/** Messages a channel keeps, tombstones included. The specification's number. */
export const WINDOW_MESSAGES = 100;

/** Unicode code points of a message's text. A long letter still fits; a pasted log does not. */
export const TEXT_MAX_POINTS = 4_000;

/** Unicode code points of a topic: one line of a header. */
export const TOPIC_MAX_POINTS = 250;

/** Kinds of reactions on one message, and reactions in all: as many as still can be read. */
export const REACTION_KINDS_MAX = 20;

export const REACTIONS_MAX = 200;

/** Bytes of a file: a photo, a short film, a long recording. */
export const ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024;

/** The longest (ms) a JSON body and a file may take to arrive: the slowest connection that is of any use for each. */
export const BODY_MAX_MS = 60_000;

export const UPLOAD_MAX_MS = 10 * 60_000;

/** A check of a session counts for this long (ms). A request that takes longer to arrive is checked again before it changes anything. */
export const CHECK_MAX_AGE_MS = 5_000;

/** Files of one message. */
export const ATTACHMENTS_MAX = 10;

/** Unicode code points of a file's name, its ending included. */
export const FILE_NAME_MAX_POINTS = 120;

/** People of one message who are told that it mentions them. */
export const MENTIONS_MAX = 20;

/** People asked for by id in one request. */
export const PEOPLE_ASKED_MAX = 50;

/** Bytes of UTF-8 of one frame from a client or one JSON body: 4,000 four-byte characters, escaped, and room to spare. */
export const FRAME_MAX_BYTES = 64 * 1024;

/** People named in a `welcome` and in each list of a `here`; beyond it only the count is told. */
export const HERE_MAX_PEOPLE = 100;

/** People in the first frame of the directory. */
export const DIRECTORY_MAX_PEOPLE = 500;
