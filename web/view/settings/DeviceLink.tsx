/** A link, and the same as a picture for a phone's camera, that make one more device this person's. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { CopyField } from "../parts/CopyField.tsx";
import { clockTime } from "../parts/formats.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { QrCode } from "../parts/QrCode.tsx";

type Link = { readonly url: string; readonly expiresAt: number };

export function DeviceLink({ store }: { readonly store: Store }) {
  const [link, setLink] = useState<Link>();
  const [refusal, setRefusal] = useState<string>();

  async function make(): Promise<void> {
    const answer = await (await store.requests()).makeLink();
    if (answer.ok) setLink(answer.value);
    else setRefusal(answer.detail);
  }
  useEffect(() => {
    void make();
  }, []);

  if (refusal) {
    return (
      <p class="hint complaint" role="alert">
        {refusal}
      </p>
    );
  }
  if (!link) return <p class="hint">{t("Making a link…")}</p>;
  return (
    <div class="device-link">
      <p>
        {t("Scan this with your other device, or open the link there. It works once, until {time}.", {
          time: clockTime(link.expiresAt),
        })}
      </p>
      <QrCode text={link.url} />
      <CopyField label={t("Link for another device")} text={link.url} />
      <p class="secret-note">
        <LateIcon name="warning" />
        {t("Don't share it. Anyone who opens it is signed in as you.")}
      </p>
    </div>
  );
}
