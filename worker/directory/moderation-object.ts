/**
 * What the directory does for order on the site: reports, bans, and the overview of the owners.
 * The class only receives calls and checks them.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuthContext, NotAuthorized } from "../platform/authority.ts";
import { log } from "../platform/log.ts";
import { shardStub } from "../platform/objects.ts";
import { refuse } from "../protocol/errors.ts";
import type { Ban, Report } from "../protocol/occasional-answers.ts";
import type { NewBan } from "./moderation.ts";
import { createParts, type Parts } from "./parts.ts";
import type { Overview } from "./rpc.ts";

type Done = { readonly kind: "done" };

const DONE: Done = { kind: "done" };

export abstract class ModerationObject extends DurableObject<Env> {
  protected readonly parts: Parts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.parts = createParts(ctx, env);
    void ctx.blockConcurrencyWhile(() => this.parts.schedule.load());
  }

  /** A person reports a message that they may read: the front door has asked its channel. The owners hear how many there are. */
  async addReport(asked: AuthContext, report: Omit<Report, "reporter">): Promise<NotAuthorized | Done> {
    const authorized = this.parts.authority.authorize(asked, Date.now());
    if (authorized.kind !== "authorized") return authorized;
    const isNew = this.parts.moderation.report({ ...report, reporter: authorized.auth.person });
    this.parts.schedule.update();
    if (isNew) await this.#sendCount();
    return DONE;
  }

  reports(asked: AuthContext) {
    return this.#asOwner(asked, () => ({ kind: "reports", reports: this.parts.moderation.reports() }) as const);
  }

  async closeReport(asked: AuthContext, id: string): Promise<NotAuthorized | Done> {
    const closed = this.#asOwner(asked, () => (this.parts.moderation.close(id) ? DONE : NO_SUCH_THING));
    if (closed.kind === "done") await this.#sendCount();
    return closed;
  }

  /** Keeps out the addresses of a person who was removed. */
  ban(asked: AuthContext, ban: NewBan): NotAuthorized | Done {
    return this.#asOwner(asked, () => {
      this.parts.moderation.ban(ban, Date.now());
      this.parts.schedule.update();
      return DONE;
    });
  }

  bans(asked: AuthContext): NotAuthorized | { readonly kind: "bans"; readonly bans: readonly Ban[] } {
    return this.#asOwner(asked, () => ({ kind: "bans", bans: this.parts.moderation.bans(Date.now()) }));
  }

  liftBan(asked: AuthContext, id: string): NotAuthorized | Done {
    return this.#asOwner(asked, () => (this.parts.moderation.lift(id) ? DONE : NO_SUCH_THING));
  }

  /** How the site stands, for its owners. */
  async overview(asked: AuthContext): Promise<NotAuthorized | (Overview & { readonly kind: "overview" })> {
    const { names, list, moderation, presence, shards } = this.parts;
    const now = Date.now();
    const known = this.#asOwner(asked, () => ({ kind: "owner" }) as const);
    if (known.kind !== "owner") return known;
    const people = new Set(names.all().map(({ person }) => person)).size;
    const online = (await presence.all(shards.count, now)).reduce((sum, { count }) => sum + count, 0);
    return { kind: "overview", people, online, channels: list.size, reports: moderation.reportCount };
  }

  #asOwner<T>(asked: AuthContext, act: () => T): NotAuthorized | T {
    const authorized = this.parts.authority.authorize(asked, Date.now());
    if (authorized.kind !== "authorized") return authorized;
    return authorized.auth.isOwner ? act() : refuse("forbidden", "Only an owner of this site can do this.");
  }

  /** A hint for those who look: a lost one is made up for by the next, and by asking. */
  async #sendCount(): Promise<void> {
    const count = this.parts.moderation.reportCount;
    const told = Array.from({ length: this.parts.shards.count }, (_, shard) =>
      shardStub(this.env, shard).tellOwners(count),
    );
    for (const { status, ...rest } of await Promise.allSettled(told))
      if (status === "rejected") log.transientError("report count", rest);
  }
}

const NO_SUCH_THING = refuse("not_found", "This report or ban doesn't exist.");
