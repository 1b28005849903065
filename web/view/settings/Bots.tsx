/** The bots that a person has made: programs with a name and a key. A key is shown once. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Person } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Requests } from "../../network/requests.ts";
import type { Store } from "../../state/store.ts";
import { Confirm } from "../dialogs/Confirm.tsx";
import { CopyField } from "../parts/CopyField.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { NewName } from "../parts/NewName.tsx";
import { Avatar } from "../people/Avatar.tsx";

export function Bots({ store }: { readonly store: Store }) {
  const [bots, setBots] = useState<readonly Person[]>([]);
  const [shown, setShown] = useState<{ readonly name: string; readonly key: string }>();
  const [refusal, setRefusal] = useState<string>();
  /** About to be deleted. */
  const [asking, setAsking] = useState<Person>();
  const secret = useRef<HTMLDivElement>(null);

  async function look(): Promise<void> {
    const answer = await (await store.requests()).bots();
    if (answer.ok) setBots(answer.value.bots);
    else setRefusal(answer.detail);
  }
  useEffect(() => void look(), []);
  // It is shown once: it has to be seen.
  useEffect(() => secret.current?.scrollIntoView({ block: "nearest" }), [shown]);

  /** Waits for a new bot or a new key and shows the key. Returns whether it worked. */
  async function make(asked: ReturnType<Requests["makeBot"]>): Promise<boolean> {
    const answer = await asked;
    setRefusal(answer.ok ? undefined : answer.detail);
    if (!answer.ok) return false;
    setShown({ name: answer.value.person.name, key: answer.value.key });
    await look();
    return true;
  }

  async function end(bot: Person): Promise<void> {
    setAsking(undefined);
    const answer = await (await store.requests()).endBot(bot.id);
    if (answer.ok) await look();
    else setRefusal(answer.detail);
  }

  return (
    <section class="bots">
      <p class="hint">{t("A bot is a program that reads and writes here under its own name.")}</p>
      <ul class="people">
        {bots.map((bot) => (
          <li key={bot.id} class="person-row">
            <span class="person">
              <Avatar person={bot} />
              <bdi>{bot.name}</bdi>
            </span>
            <button
              type="button"
              class="button"
              onClick={async () => make((await store.requests()).changeBotKey(bot.id))}
            >
              <LateIcon name="key" />
              {t("New key")}
            </button>
            <IconButton name={t("Delete {name}", { name: bot.name })} onClick={() => setAsking(bot)}>
              <LateIcon name="trash" />
            </IconButton>
          </li>
        ))}
      </ul>
      {asking && (
        <Confirm
          text={t("Its key stops working right away. Its messages stay.")}
          action={t("Delete {name}", { name: asking.name })}
          onCancel={() => setAsking(undefined)}
          onConfirm={() => void end(asking)}
        />
      )}
      {shown && (
        <div ref={secret} class="secret" role="status">
          <p class="secret-note">
            <LateIcon name="warning" />
            {t("The key for {name}. Copy it now. You won't see it again.", { name: shown.name })}
          </p>
          <CopyField label={t("Key")} text={shown.key} />
        </div>
      )}
      <NewName
        id="bot-name"
        label={t("Name of a new bot")}
        action={t("Create bot")}
        refusal={refusal}
        onMake={async (name) => make((await store.requests()).makeBot(name))}
      />
    </section>
  );
}
