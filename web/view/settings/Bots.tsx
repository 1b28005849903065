/** The bots that a person has made: programs with a name and a key. A key is shown once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { foldDisplayName } from "../../../worker/protocol/names.ts";
import type { Person } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Confirm } from "../dialogs/Confirm.tsx";
import { CopyField } from "../parts/CopyField.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { Avatar } from "../people/Avatar.tsx";

export function Bots({ store }: { readonly store: Store }) {
  const [bots, setBots] = useState<readonly Person[]>([]);
  const [name, setName] = useState("");
  const [shown, setShown] = useState<{ readonly name: string; readonly key: string }>();
  const [refusal, setRefusal] = useState<string>();
  /** About to be deleted. */
  const [asking, setAsking] = useState<Person>();
  const secret = useRef<HTMLDivElement>(null);
  const folded = foldDisplayName(name);

  async function look(): Promise<void> {
    const answer = await (await store.requests()).bots();
    if (answer.ok) setBots(answer.value.bots);
    else setRefusal(answer.detail);
  }
  useEffect(() => void look(), []);
  // It is shown once: it has to be seen.
  useEffect(() => secret.current?.scrollIntoView({ block: "nearest" }), [shown]);

  /** Makes a bot, or a new key of one. */
  async function make(bot?: Person): Promise<void> {
    const requests = await store.requests();
    const answer = await (bot ? requests.changeBotKey(bot.id) : requests.makeBot(folded.ok ? folded.name : name));
    setRefusal(answer.ok ? undefined : answer.detail);
    if (!answer.ok) return;
    setShown({ name: answer.value.person.name, key: answer.value.key });
    setName("");
    await look();
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
            <button type="button" class="button quiet" onClick={() => void make(bot)}>
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
          <p>{t("The key for {name}. Copy it now. You won't see it again.", { name: shown.name })}</p>
          <CopyField label={t("Key")} text={shown.key} />
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <label for="bot-name">{t("Name of a new bot")}</label>
        <div class="field-row">
          <input
            id="bot-name"
            autocomplete="off"
            dir="auto"
            value={name}
            aria-describedby="bot-hint"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <button type="submit" class="button" disabled={!folded.ok}>
            {t("Create bot")}
          </button>
        </div>
        <p id="bot-hint" class={refusal ? "hint complaint" : "visually-hidden"} role="status">
          {refusal}
        </p>
      </form>
    </section>
  );
}
