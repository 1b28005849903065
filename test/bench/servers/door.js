/**
 * The product with a side door, for two figures alone: straight to a channel's object, past the shard, so that the object's part
 * of a join can be told from the way to it; and with `COUNT` set every object counts the rows it writes.
 */
import app, {
  ChannelObject as TheChannel,
  DirectoryObject as TheDirectory,
  PeopleObject as ThePeople,
  RelayObject as TheRelay,
} from "./index.js";

/** A check counts only if it is newer than the object's start, which this very request may cause (ms). */
const CHECK_AHEAD_MS = 60_000;

const counting = (Base) =>
  class extends Base {
    #cursors = [];

    constructor(ctx, env) {
      const cursors = [];
      if (env.COUNT) {
        const { sql } = ctx.storage;
        const exec = sql.exec.bind(sql);
        sql.exec = (...args) => {
          const cursor = exec(...args);
          cursors.push(cursor);
          return cursor;
        };
      }
      super(ctx, env);
      this.#cursors = cursors;
    }

    /** So far, since the object woke. */
    rowsWritten() {
      return this.#cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
    }
  };

export class ChannelObject extends counting(TheChannel) {}
export class DirectoryObject extends counting(TheDirectory) {}
export class PeopleObject extends ThePeople {}
export class RelayObject extends TheRelay {}

export default {
  async fetch(request, env, ctx) {
    const [, door, what, name, id, person] = new URL(request.url).pathname.split("/");
    if (door !== "bench") return app.fetch(request, env, ctx);
    if (what === "rows") {
      const object = name === "directory" ? env.DIRECTORY : env.CHANNEL;
      return Response.json(await object.getByName(name).rowsWritten());
    }
    // What the front door forwards of a person whom a shard has checked (worker/platform/forwarded-identity.ts).
    const auth = {
      person: { id: person, name: `Person ${person}` },
      isOwner: false,
      version: 0,
      session: `session-of-${person}`,
      channel: { id, epoch: name, kind: "public" },
      checkedAt: Date.now() + CHECK_AHEAD_MS,
      shards: 1,
    };
    const forwarded = new Request(request);
    forwarded.headers.set("x-flack-identity", encodeURIComponent(JSON.stringify(auth)));
    return env.CHANNEL.getByName(name).fetch(forwarded);
  },
};
