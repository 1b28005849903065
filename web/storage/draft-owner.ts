/** Names the owner of the files of a draft. Those of a message belong to its id. */
export function draftOwner(personId: string, epoch: string): string {
  return `draft ${personId} ${epoch}`;
}
