/** The incoming hooks of a conversation: addresses that other programs write to. An address is shown once. */
import { useEffect, useState } from "preact/hooks";
import { rich, t } from "../../i18n/i18n.ts";
import { Confirm } from "../dialogs/Confirm.tsx";
import { CopyField } from "../parts/CopyField.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { NewName } from "../parts/NewName.tsx";
import type { TabProps } from "./Details.tsx";

type Hook = { readonly id: string; readonly name: string };

export function Integrations({ store, channel }: TabProps) {
  const [hooks, setHooks] = useState<readonly Hook[]>();
  const [shown, setShown] = useState<Hook & { readonly url: string }>();
  const [refusal, setRefusal] = useState<string>();
  /** What came of a test. */
  const [tested, setTested] = useState<string>();
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
    setShown(answer.value);
    setTested(undefined);
    await look();
    return true;
  }

  async function remove({ id }: Hook): Promise<void> {
    setAsking(undefined);
    const answer = await (await store.requests()).removeHook(channel.id, id);
    setRefusal(answer.ok ? undefined : answer.detail);
    if (shown?.id === id) setShown(undefined);
    await look();
  }

  async function test(url: string): Promise<void> {
    const answer = await (await store.requests()).testHook(url, t("This is a test."));
    const why = answer === "rate_limited" ? t("Too many requests. Wait a moment.") : answer;
    setTested(answer === "ok" ? t("Sent.") : t("Not sent: {why}", { why }));
  }

  return (
    <div class="integrations">
      <p class="hint">
        {t("A hook is an address that other programs send messages to, in the format of Slack, Discord or GitHub.")}
      </p>
      <ul class="people">
        {hooks?.map((hook) => (
          <li key={hook.id} class="person-row">
            <span class="person">
              <span class="channel-sign">
                <LateIcon name="hook" />
              </span>
              <bdi>{hook.name}</bdi>
            </span>
            <IconButton name={t("Delete {name}", { name: hook.name })} onClick={() => setAsking(hook)}>
              <LateIcon name="trash" />
            </IconButton>
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
      {hooks?.length === 0 && <p class="hint">{t("No hooks yet.")}</p>}
      {shown && (
        <div class="secret" role="status">
          <p class="secret-note">
            <LateIcon name="warning" />
            {t("The address for {name}. Copy it now. You won't see it again.", { name: shown.name })}
          </p>
          <CopyField label={t("Address")} text={shown.url} isLong>
            <button type="button" class="button quiet" onClick={() => void test(shown.url)}>
              {t("Send a test")}
            </button>
          </CopyField>
          {tested !== undefined && <p class="hint">{tested}</p>}
          <details>
            <summary>{t("Try it in a terminal")}</summary>
            <CopyField label={t("Command")} text={curl(shown.url)} isSecond isLong />
          </details>
          <p class="hint">
            {rich("Add {discord} to the address for Discord's format, or {github} for GitHub events.", {
              discord: <code dir="ltr">/discord</code>,
              github: <code dir="ltr">/github</code>,
            })}
          </p>
        </div>
      )}
      <NewName id="hook-name" label={t("Name of a new hook")} action={t("Add hook")} refusal={refusal} onMake={add} />
    </div>
  );
}

function curl(url: string): string {
  return `curl -H 'Content-Type: application/json' -d '{"text":"Hello"}' ${url}`;
}
