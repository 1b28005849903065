/** A dialog over everything, when the server has said that nothing goes on by itself. */
import { CLOSE } from "../../../worker/protocol/errors.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

type Props = { readonly store: Store; readonly reconnect: () => void };

export function Stopped({ store, reconnect }: Props) {
  const code = store.stopped.value;
  switch (code) {
    case undefined:
    case CLOSE.sessionEnded: // the whole screen says so
    case CLOSE.channelGone: // a page in the conversation's place says so
      return null;
    case CLOSE.replaced:
      return (
        <Reason
          title={t("Open in too many windows")}
          text={t("You can have eight windows connected at once. Using this one disconnects the oldest.")}
          action={t("Use here")}
          onAction={reconnect}
        />
      );
    default:
      return (
        <Reason
          title={t("Something went wrong")}
          text={t("Reload to continue. Anything you were writing is kept.")}
          action={t("Reload")}
          onAction={() => location.reload()}
        />
      );
  }
}

type ReasonProps = {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onAction: () => void;
};

function Reason({ title, text, action, onAction }: ReasonProps) {
  return (
    <Dialog title={title}>
      <p>{text}</p>
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={onAction}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
