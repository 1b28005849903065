/** The incoming hooks of a conversation: addresses that other programs write to. An address is shown once. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { Confirm } from "../dialogs/Confirm.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { NewName } from "../parts/NewName.tsx";
import type { TabProps } from "./Details.tsx";
import { HookAddress } from "./HookAddress.tsx";

type Hook = { readonly id: string; readonly name: string };

export function Integrations({ store, channel }: TabProps) {
  const [hooks, setHooks] = useState<readonly Hook[]>();
  const [shown, setShown] = useState<Hook & { readonly url: string }>();
  const [refusal, setRefusal] = useState<string>();
  /** About to be deleted. */
  const [asking, setAsking] = useState<Hook>();

  async function look(): Promise<void> {
    const answer = await (await store.requests()).hooks(channel.id);
    if (answer.ok) setHooks(answer.value.hooks);
    else setRefusal(answer.detail);
  }
  useEffect(() => void look(), [channel.id]);

  async function add(name: string): Promise<boolean> {
    const answer = await (await store.requests()).addHook(channel.id, name);
    setRefusal(answer.ok ? undefined : answer.detail);
    if (!answer.ok) return false;
    const { id } = answer.value;
    // Also where the list cannot be had: the address is shown once, and stands in it.
    setHooks((known = []) => [...known, { id, name: answer.value.name }]);
    setShown(answer.value);
    await look();
    return true;
  }

  async function remove({ id }: Hook): Promise<void> {
    setAsking(undefined);
    const answer = await (await store.requests()).removeHook(channel.id, id);
    setRefusal(answer.ok ? undefined : answer.detail);
    if (answer.ok && shown?.id === id) setShown(undefined);
    await look();
  }

  return (
    <div class="integrations">
      <p class="hint">
        {t("A hook is an address that other programs send messages to, in the format of Slack, Discord or GitHub.")}
      </p>
      <ul class="people">
        {hooks?.map((hook) => (
          <li key={hook.id}>
            <div class="person-row">
              <span class="person">
                <span class="channel-sign">
                  <LateIcon name="hook" />
                </span>
                <bdi>{hook.name}</bdi>
              </span>
              <IconButton name={t("Delete {name}", { name: hook.name })} onClick={() => setAsking(hook)}>
                <LateIcon name="trash" />
              </IconButton>
            </div>
            {shown?.id === hook.id && <HookAddress store={store} name={hook.name} url={shown.url} />}
          </li>
        ))}
      </ul>
      {asking && (
        <Confirm
          text={t("Its address stops working right away. Its messages stay.")}
          action={t("Delete {name}", { name: asking.name })}
          onCancel={() => setAsking(undefined)}
          onConfirm={() => void remove(asking)}
        />
      )}
      <p class="visually-hidden" role="status">
        {shown && t("Copy this address now. You won't see it again.")}
      </p>
      {hooks?.length === 0 && <p class="hint">{t("No hooks yet.")}</p>}
      <NewName id="hook-name" label={t("Name of a new hook")} action={t("Add hook")} refusal={refusal} onMake={add} />
    </div>
  );
}
