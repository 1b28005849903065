/** What is said above a conversation, of the page as a whole. */
import type { Store } from "../../state/store.ts";
import { NewVersion } from "./NewVersion.tsx";
import { NotStored } from "./NotStored.tsx";

export function Banners({ store }: { readonly store: Store }) {
  return (
    <>
      {store.isNewer.value && <NewVersion store={store} />}
      {store.isPersistenceFailing.value && <NotStored />}
    </>
  );
}
