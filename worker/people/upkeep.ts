/** What a shard does once a day: it ends sessions that no cookie can belong to any more, and deletes rows that are never read again. */
import type { Tables } from "../platform/migrations.ts";
import { SESSION_MAX_MS } from "../protocol/limits.ts";
import type { DirectStore } from "./direct-store.ts";
import type { Invites } from "./invites.ts";
import type { PersonStore } from "./person-store.ts";
import type { PreferenceStore } from "./preferences.ts";
import type { PrivateStore } from "./private-store.ts";
import type { Sessions } from "./sessions.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { UploadAllowance } from "./uploads.ts";
import type { WaysBack } from "./ways-back.ts";

type Parts = {
  readonly tables: Tables;
  readonly persons: PersonStore;
  readonly sessions: Sessions;
  readonly waysBack: WaysBack;
  readonly stores: readonly (DirectStore | Invites | PreferenceStore | PrivateStore | Subscriptions)[];
  readonly uploads: UploadAllowance;
};

export async function expire(
  { tables, persons, sessions, waysBack, stores, uploads }: Parts,
  now: number,
): Promise<void> {
  if (!tables.exist) return;
  const unseen = waysBack.unseenBefore(now - SESSION_MAX_MS);
  await Promise.all([
    ...persons.expiredSessions(now).map(({ person, hash }) => sessions.end(person, [hash])),
    ...unseen.map((person) => sessions.remove(person)),
  ]);
  tables.transact(() => {
    waysBack.forgetOld(now);
    uploads.forgetOld(now);
    persons.forgetOld(now);
    for (const store of stores) store.forgetOld(now);
  });
}
