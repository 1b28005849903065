/** Meets what version 0.1 left on this device, once, before the session is requested: the server knows nothing of it any more. */
import { fetchPart } from "../network/load-part.ts";
import { localState } from "./local-state.ts";

/** Ids of people had 22 characters; today they begin with their shard's number and are longer. */
const OLD_ID_LENGTH = 22;
/** Keys of a person: `flack.<id>.…`. */
const OLD_KEY = /^flack\.[\w-]{22}\./;

/** Does nothing where version 0.1 left nothing, or where the browser stores nothing. */
export async function upgrade(): Promise<void> {
  try {
    const keys = Object.keys(localStorage).filter((key) => OLD_KEY.test(key));
    const isOldPerson = localState.person()?.id.length === OLD_ID_LENGTH;
    if (keys.length === 0 && !isOldPerson) return;
    const { rescue } = await fetchPart(() => import("./rescue.ts"));
    await rescue(keys, isOldPerson);
  } catch (error) {
    console.warn("what an earlier version left here could not be read", error); // it is tried again at the next start
  }
}
