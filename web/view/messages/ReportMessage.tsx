/** Reports a message to the owners of the site. */
import { useState } from "preact/hooks";
import { REASON_MAX_POINTS } from "../../../worker/protocol/limits.ts";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly id: string;
  readonly onClose: () => void;
};

export function ReportMessage({ store, conversation, id, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [refusal, setRefusal] = useState<string>();
  const [isSent, setSent] = useState(false);
  return (
    <Dialog title={t("Report message")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          if (isSent) return onClose();
          const answer = await (await store.requests()).report(conversation.channelId, id, reason);
          if (answer.ok) setSent(true);
          else setRefusal(answer.detail);
        }}
      >
        <p class="hint" role="status">
          {t(
            isSent
              ? "Reported. The site's owners can see it."
              : "The site's owners will see the message, your name and your reason.",
          )}
        </p>
        {!isSent && (
          <>
            <label for="report-reason">{t("Reason (optional)")}</label>
            <input
              id="report-reason"
              autocomplete="off"
              dir="auto"
              autofocus
              maxLength={REASON_MAX_POINTS}
              value={reason}
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
          </>
        )}
        {refusal && (
          <p class="hint complaint" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog-actions">
          {!isSent && (
            <button type="button" class="button" onClick={onClose}>
              {t("Cancel")}
            </button>
          )}
          <button type="submit" class="button primary">
            {t(isSent ? "Close" : "Report")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
