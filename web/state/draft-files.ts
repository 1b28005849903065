/** Files that were chosen for a message which is not sent yet: kept with its draft, so that a reload brings them back. */
import { effect, untracked } from "@preact/signals";
import type { Uploads } from "../network/uploads.ts";
import { draftOwner } from "../storage/draft-owner.ts";
import type { FileRows } from "../storage/file-rows.ts";
import type { Conversation, TabState } from "./tab-state.ts";

export function createDraftFiles({ person, epochOf }: TabState, files: () => Promise<FileRows>) {
  const recalled = new WeakSet<Conversation>();
  const stops = new WeakMap<Conversation, () => void>();

  function ownerOf(conversation: Conversation): string | undefined {
    const epoch = epochOf(conversation);
    return person.value && epoch !== undefined ? draftOwner(person.value.id, epoch) : undefined;
  }

  return {
    /** Keeps what is chosen for a conversation, as it changes. */
    follow(conversation: Conversation, uploads: Uploads): void {
      const owner = ownerOf(conversation);
      const personId = person.value?.id;
      if (owner === undefined || personId === undefined) return;
      let before = "";
      const stop = effect(() => {
        const now = uploads.list.value.map(({ id, name }) => `${id} ${name}`).join("\n");
        if (now !== before) {
          const sources = untracked(uploads.sources);
          void files().then((rows) => rows.put(owner, personId, sources));
        }
        before = now;
      });
      stops.set(conversation, stop);
    },

    /** The files go with a message: what becomes of them is no change of the draft. Answers who owns them so far. */
    release(conversation: Conversation): string | undefined {
      stops.get(conversation)?.();
      return ownerOf(conversation);
    },

    /** Takes up the files of a draft again, once a tab. */
    async recall(conversation: Conversation, attach: (files: readonly File[]) => void): Promise<void> {
      const owner = ownerOf(conversation);
      if (owner === undefined || recalled.has(conversation)) return;
      recalled.add(conversation);
      const kept = await (await files()).read(owner);
      if (kept.length > 0 && conversation.uploads.value === undefined) attach(kept);
    },
  };
}
