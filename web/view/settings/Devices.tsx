/** The devices on which a person is signed in. Each can be signed out from here. */
import { useEffect, useState } from "preact/hooks";
import type { Device } from "../../../worker/protocol/occasional-answers.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { dayName } from "../parts/formats.ts";
import { LateIcon } from "../parts/late-icons.tsx";

export function Devices({ store }: { readonly store: Store }) {
  const [devices, setDevices] = useState<readonly Device[]>([]);
  const [refusal, setRefusal] = useState<string>();

  async function look(): Promise<void> {
    const answer = await (await store.requests()).devices();
    if (answer.ok) setDevices(answer.value.devices);
    else setRefusal(answer.detail);
  }
  useEffect(() => void look(), []);

  return (
    <>
      <ul class="people">
        {devices.map(({ id, current, seenAt, label }) => (
          <li key={id} class="person">
            <span class="channel-sign">
              <LateIcon name="device" />
            </span>
            <span>
              <bdi>{label}</bdi>
              <span class="hint">{current ? t("This device") : dayName(seenAt, store.now())}</span>
            </span>
            {!current && (
              <button
                type="button"
                class="button danger-text"
                onClick={async () => {
                  const answer = await (await store.requests()).endDevice(id);
                  if (answer.ok) await look();
                  else setRefusal(answer.detail);
                }}
              >
                {t("Sign out")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
    </>
  );
}
