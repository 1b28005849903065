/** Who is on a relay, and that its channel knows: it is told of the changes at most once a second, of everyone after a start or a failure. */
import { Coalesce } from "../platform/coalesce.ts";
import { log } from "../platform/log.ts";
import { Presence } from "../platform/presence.ts";
import { BATCH_MS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { RelayReport } from "./rpc.ts";

/** The longest (ms) between two tries to tell a channel that does not answer. */
const RETRY_MAX_MS = 60_000;

export class RelayAttendance {
  readonly #presence: Presence;
  readonly #send: (report: RelayReport) => Promise<void>;
  readonly #soon = new Coalesce(
    () => Math.min(RETRY_MAX_MS, BATCH_MS * 2 ** this.#failures),
    () => void this.#report(),
  );
  /** Whose sockets have arrived since the last report. */
  #arrived = new Set<string>();
  /** The channel was told of everyone since this object started, and of what followed. */
  #isChannelTold = false;
  #number = 0;
  #failures = 0;

  /** `present` are those who are here already. `send` tells the channel. */
  constructor(
    present: Iterable<readonly [socket: object, person: Person]>,
    send: (report: RelayReport) => Promise<void>,
  ) {
    this.#presence = new Presence(present);
    this.#send = send;
  }

  enter(socket: WebSocket, person: Person): void {
    this.#presence.enter(socket, person);
    this.#arrived.add(person.id);
    this.#soon.later();
  }

  leave(socket: WebSocket): void {
    this.#presence.leave(socket);
    this.#soon.later();
  }

  rename(person: Person): void {
    this.#presence.rename(person);
    this.#soon.later();
  }

  /** Everyone. The channel asks for it. */
  whole(): RelayReport {
    this.#presence.takeChanges();
    this.#isChannelTold = true;
    return {
      number: ++this.#number,
      isWhole: true,
      sockets: this.#presence.sockets,
      joined: this.#everyone(),
      left: [],
      arrived: this.#take(),
    };
  }

  async #report(): Promise<void> {
    const report = this.#isChannelTold ? this.#changes() : this.whole();
    try {
      await this.#send(report);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      log.transientError("relay report", error);
      this.#isChannelTold = false;
      for (const id of report.arrived) this.#arrived.add(id);
      this.#soon.later();
    }
  }

  #changes(): RelayReport {
    const { joined, left } = this.#presence.takeChanges();
    const gone = left.filter(({ id }) => !this.#presence.has(id)).map(({ id }) => id);
    return {
      number: ++this.#number,
      isWhole: false,
      sockets: this.#presence.sockets,
      joined,
      left: gone,
      arrived: this.#take(),
    };
  }

  #everyone(): readonly Person[] {
    return this.#presence.people(Number.POSITIVE_INFINITY);
  }

  #take(): readonly string[] {
    const arrived = [...this.#arrived];
    this.#arrived.clear();
    return arrived;
  }
}
