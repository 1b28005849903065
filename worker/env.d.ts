/** The bindings of wrangler.toml, and what the runtime has but its types do not say. */
declare namespace Cloudflare {
  interface Env {
    readonly CHANNEL: DurableObjectNamespace<import("./channel/channel.ts").Channel>;
    readonly PEOPLE: DurableObjectNamespace<import("./people/people.ts").People>;
    readonly DIRECTORY: DurableObjectNamespace<import("./directory/directory.ts").Directory>;
    readonly RELAY: DurableObjectNamespace<import("./relay/relay.ts").Relay>;
    /** Where files lie; without it the site takes none. */
    readonly FILES?: R2Bucket;
    /** The site's files as they were built; not there in the tests of the Worker alone. */
    readonly ASSETS?: Fetcher;
    /** Requests of one address; without it they are not counted. */
    readonly ADDRESS_PACE?: RateLimit;
    /** The site's name, as its pages show it. */
    readonly SITE_NAME?: string;
    /** When set, signing in needs it. */
    readonly ACCESS_CODE?: string;
    /** A person who knows it may become an owner; without it there is none. */
    readonly OWNER_CODE?: string;
    /** People of one shard; 500 without it. */
    readonly SHARD_PEOPLE?: string;
    /** Sockets of one channel's object, and of one relay; 1,000 without it. */
    readonly RELAY_SOCKETS?: string;
    /** `off`: the site sends no pushes. */
    readonly PUSH?: string;
    /** Comma-separated hosts of push services, beside those of today's browsers; for tests an origin with scheme and port. */
    readonly PUSH_HOSTS?: string;
    /** Comma-separated origins, beside the site's own, that may change something. */
    readonly ALLOWED_ORIGINS?: string;
  }
}

interface Env extends Cloudflare.Env {}

interface WebSocket {
  /** Bytes sent but not yet taken by the other end. The runtime that wrangler pins does not tell yet. */
  readonly bufferedAmount?: number;
}
