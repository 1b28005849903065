/** A code with which a person comes back when all devices are lost. It is shown once. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { CopyButton } from "../parts/CopyButton.tsx";

export function Recovery({ store }: { readonly store: Store }) {
  const [code, setCode] = useState<string>();
  const [refusal, setRefusal] = useState<string>();

  async function make(): Promise<void> {
    const answer = await (await store.requests()).makeRecoveryCode();
    if (answer.ok) setCode(answer.value.code);
    else setRefusal(answer.detail);
  }

  return (
    <section class="recovery">
      <div class="setting-row">
        <div>
          <h4>{t("Recovery code")}</h4>
          <p class="hint">
            {t(
              "It signs you in on any device, even after you've signed out everywhere. Anyone who has it can sign in as you. A new code replaces the old one.",
            )}
          </p>
        </div>
        {!code && (
          <button type="button" class="button" onClick={() => void make()}>
            {t("Make a new code")}
          </button>
        )}
      </div>
      {code && (
        <>
          <p class="recovery-code" dir="ltr">
            {code}
          </p>
          <div class="field-row">
            <CopyButton text={code} />
            <button type="button" class="button" onClick={() => print()}>
              {t("Print")}
            </button>
          </div>
          <p class="hint" role="status">
            {t("Write it down now. You won't see it again.")}
          </p>
        </>
      )}
      {refusal && (
        <p class="hint complaint" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}
