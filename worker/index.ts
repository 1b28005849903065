/**
 * The entry: the front door, and the objects behind it. The classes are exported under names that version 0.1 did not use: what it
 * stored under its own names is deleted, not migrated.
 */
import { app } from "./http/app.ts";

export { Channel as ChannelObject } from "./channel/channel.ts";
export { Directory as DirectoryObject } from "./directory/directory.ts";
export { People as PeopleObject } from "./people/people.ts";
export { Relay as RelayObject } from "./relay/relay.ts";

export default app;
