/**
 * The product with a nemesis between its objects: calls to one kind of object throw, hang or are refused as overloaded, and all objects
 * of a kind are killed, as the fault run says at `/faults`. And age limits are a thousandth of what they say, so that a run sees
 * messages grow old. Nothing else differs.
 */
import worker, {
  ChannelObject as Channel,
  DirectoryObject as Directory,
  PeopleObject as People,
  RelayObject as Relay,
} from "../../worker/index.ts";

type Kind = "CHANNEL" | "DIRECTORY" | "PEOPLE" | "RELAY";
/** `share`: which part of the calls fails. `method`: only calls of that name. */
type Fault = {
  readonly kind: Kind;
  readonly mode: "throw" | "hang" | "overloaded";
  readonly share: number;
  readonly method?: string;
};

const HANG_MS = 3_000;
const AGED_TIMES = 1_000;
/** One isolate runs the Worker and all objects. */
let fault: Fault | undefined;
/** Channels and relays that are awake. */
const awake: Record<"CHANNEL" | "RELAY", Set<DurableObjectState>> = { CHANNEL: new Set(), RELAY: new Set() };

export class ChannelObject extends Channel {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
    awake.CHANNEL.add(ctx);
  }

  override change(...[asked, change]: Parameters<Channel["change"]>): ReturnType<Channel["change"]> {
    const { keepMs } = change;
    return super.change(asked, keepMs ? { ...change, keepMs: keepMs / AGED_TIMES } : change);
  }
}

export class DirectoryObject extends Directory {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
  }
}

export class PeopleObject extends People {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
  }
}

export class RelayObject extends Relay {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
    awake.RELAY.add(ctx);
  }
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== "/api/faults") return worker.fetch(request, withFaults(env), ctx);
    const asked = await request.json<{ readonly fault?: Fault; readonly kill?: "CHANNEL" | "RELAY" }>();
    if (asked.kill) return Response.json({ killed: kill(awake[asked.kill]) });
    fault = asked.fault;
    return new Response(null, { status: 204 });
  },
};

/** Ends these objects as a crash does, with their sockets. How many there were. */
function kill(objects: Set<DurableObjectState>): number {
  const { size } = objects;
  for (const object of objects) {
    try {
      object.abort("killed");
    } catch {
      // It slept, or was killed before.
    }
  }
  objects.clear();
  return size;
}

function withFaults(env: Env): Env {
  return new Proxy(env, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return name === "CHANNEL" || name === "DIRECTORY" || name === "PEOPLE" || name === "RELAY"
        ? namespace(name, value)
        : value;
    },
  });
}

function namespace(kind: Kind, real: unknown): unknown {
  if (typeof real !== "object" || real === null) return real;
  return new Proxy(real, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(method, target, args);
        return name === "getByName" ? stub(kind, result) : result;
      };
    },
  });
}

function stub(kind: Kind, real: unknown): unknown {
  if (typeof real !== "object" && typeof real !== "function") return real;
  if (real === null) return real;
  return new Proxy(real, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function" || typeof name !== "string" || name === "then") return method;
      return async (...args: unknown[]) => {
        await suffer(kind, name);
        return Reflect.apply(method, target, args);
      };
    },
  });
}

async function suffer(kind: Kind, method: string): Promise<void> {
  if (fault?.kind !== kind || Math.random() > fault.share || (fault.method ?? method) !== method) return;
  if (fault.mode === "hang") await scheduler.wait(HANG_MS);
  else
    throw Object.assign(
      new Error(`a fault: ${fault.mode}`),
      fault.mode === "overloaded" ? { overloaded: true } : { retryable: true },
    );
}
