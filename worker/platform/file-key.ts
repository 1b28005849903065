/** Where files lie in the bucket: the front door puts and reads them there, the channel takes them away. Pure. */

/** Where a channel's file lies in the bucket: all of a channel's lie under its epoch. */
export function keyOf(epoch: string, id: string): string {
  return `${epoch}/${id}`;
}
