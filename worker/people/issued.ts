/**
 * Which objects may hold an `AuthContext` of a session that still counts: they are told when the session ends.
 * In memory: what was issued before a start is too old a few seconds later.
 */
import { CHECK_MAX_AGE_MS } from "../protocol/limits.ts";

export class IssuedContexts {
  readonly startedAt = Date.now();
  /** By session and target: when (ms). The oldest first. */
  readonly #issuedAt = new Map<string, { readonly session: string; readonly target: string; readonly at: number }>();

  note(session: string, target: string, now: number): void {
    const key = `${session} ${target}`;
    this.#issuedAt.delete(key);
    this.#issuedAt.set(key, { session, target, at: now });
    for (const [oldest, { at }] of this.#issuedAt) {
      if (at >= now - CHECK_MAX_AGE_MS) break;
      this.#issuedAt.delete(oldest);
    }
  }

  /** The objects that hold a context of one of these sessions which may still count. */
  targets(session: string, now: number): readonly string[] {
    return [...this.#issuedAt.values()]
      .filter((issued) => issued.session === session && issued.at >= now - CHECK_MAX_AGE_MS)
      .map(({ target }) => target);
  }

  /** How long (ms) until every context of a session counts no more that was issued before this object started. */
  waitMs(sessionCreatedAt: number, now: number): number {
    return sessionCreatedAt >= this.startedAt ? 0 : Math.max(0, this.startedAt + CHECK_MAX_AGE_MS - now);
  }
}
