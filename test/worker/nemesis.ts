/**
 * The product with a nemesis between its objects: calls to one kind of object throw, hang or are refused as overloaded, as the fault
 * run says at `/faults`. And age limits are a thousandth of what they say, so that a run sees messages grow old. Nothing else differs.
 */
import worker, {
  ChannelObject as Channel,
  DirectoryObject as Directory,
  PeopleObject as People,
} from "../../worker/index.ts";

type Kind = "CHANNEL" | "DIRECTORY" | "PEOPLE";
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

export class ChannelObject extends Channel {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
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

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== "/api/faults") return worker.fetch(request, withFaults(env), ctx);
    fault = (await request.json<{ fault?: Fault }>()).fault;
    return new Response(null, { status: 204 });
  },
};

function withFaults(env: Env): Env {
  return new Proxy(env, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return name === "CHANNEL" || name === "DIRECTORY" || name === "PEOPLE" ? namespace(name, value) : value;
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
