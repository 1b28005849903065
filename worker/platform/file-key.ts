/** Where files lie in the bucket: the front door puts and reads them there, the channel takes them away. Pure. */

/** Everything of this layout of the bucket lies below it. */
export const FILES_ROOT = "v2/";

/** Where a channel's file lies in the bucket: all of a channel's lie under its epoch. */
export function keyOf(epoch: string, id: string): string {
  return `${FILES_ROOT}${epoch}/${id}`;
}
