/** Who may act in a channel: what every call to its object passes before anything is done. */
import { DurableObject } from "cloudflare:workers";
import type { AuthContext } from "../platform/authority.ts";
import { directoryOf } from "../platform/objects.ts";
import { isFor } from "../protocol/text.ts";
import { createParts, type Parts } from "./parts.ts";
import type { ChannelAuth, Gone, NotAdmitted } from "./rpc.ts";
import { newAbout } from "./tables.ts";

type Authorized = { readonly kind: "authorized"; readonly auth: ChannelAuth };

const GONE: Gone = { kind: "gone" };

export abstract class GuardedObject extends DurableObject<Env> {
  protected readonly parts: Parts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.parts = createParts(ctx, env);
    void ctx.blockConcurrencyWhile(() => this.parts.schedule.load());
  }

  /** Whether this is that channel, has not ended, and is there for a person. */
  protected isThereFor(id: string, personId: string): boolean {
    const { about, hasEnded, members } = this.parts.store;
    if (hasEnded || about?.id !== id) return false;
    return about.kind === "private" ? members.has(personId) : isFor(id, personId);
  }

  /** Acts for a person who need not be in the channel. */
  protected async actAs<T>(asked: AuthContext, act: (auth: AuthContext) => Promise<T>): Promise<NotAdmitted | T> {
    const authorized = this.parts.authority.authorize(asked, Date.now());
    return authorized.kind === "authorized" ? act(authorized.auth) : authorized;
  }

  /** Acts for a person who may come in, in the turn in which that was found. */
  protected async admit<T>(asked: ChannelAuth, act: (auth: ChannelAuth) => T | Promise<T>): Promise<NotAdmitted | T> {
    const authorized = await this.authorize(asked);
    return authorized.kind === "authorized" ? act(authorized.auth) : authorized;
  }

  /**
   * What a shard confirmed a moment ago, as it is now. A public channel that does not know yet what it is asks the directory,
   * once; where the directory knows nothing of it, nothing is written.
   */
  protected async authorize(auth: ChannelAuth): Promise<NotAdmitted | Authorized> {
    const { id, epoch, kind } = auth.channel;
    if (kind === "public" && !this.parts.store.about) {
      const channel = await directoryOf(this.env).about(epoch);
      if (channel && !this.parts.store.about) this.parts.store.facts.begin(newAbout(channel, channel));
    }
    const { about, hasEnded, members } = this.parts.store;
    const isOther = kind === "direct" ? (about?.id ?? id) !== id : about?.id !== id;
    const isStranger = kind === "private" ? !members.has(auth.person.id) : !isFor(id, auth.person.id);
    if (hasEnded || isOther || isStranger) return GONE;
    return this.parts.authority.authorize(auth, Date.now());
  }
}
