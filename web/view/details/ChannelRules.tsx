/** What a channel demands of those who write in it, for those who may change it: who writes, how often, how long it is kept. */
import { useState } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { ChannelChange } from "../../network/requests.ts";
import type { Store } from "../../state/store.ts";
import { DAY_MS, durationWords, HOUR_MS, MINUTE_MS, SECOND_MS } from "../parts/durations.ts";
import { Switch } from "../parts/Switch.tsx";

/** What is offered, in ms; 0: no rule. */
const SLOW = [0, 10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS];
const KEEP = [0, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS];

type Props = { readonly store: Store; readonly channel: Channel };

export function ChannelRules({ store, channel }: Props) {
  const [refusal, setRefusal] = useState<string>();
  // What is said among people who know each other needs no rules, but for how long it is kept.
  const isWithPeople = channel.kind !== "public" && channel.name === "";
  const { posting, slowMs = 0, keepMs = 0 } = channel;

  async function change(asked: ChannelChange): Promise<void> {
    const answer = await (await store.requests()).changeChannel(channel.id, asked);
    setRefusal(answer.ok ? undefined : answer.detail);
  }

  return (
    <section>
      <h3>{t("Rules")}</h3>
      {!isWithPeople && (
        <>
          <Switch
            label={t("Read-only")}
            hint={t("Only you can write. Everyone can react.")}
            isOn={posting === "creator"}
            onChange={(isOn) => void change({ posting: isOn ? "creator" : "everyone" })}
          />
          <Times
            label={t("Slow mode")}
            none={t("Off")}
            times={SLOW}
            value={slowMs}
            onChange={(ms) => void change({ slowMs: ms })}
          />
        </>
      )}
      <Times
        label={t("Keep messages for")}
        none={t("No time limit")}
        times={KEEP}
        value={keepMs}
        onChange={(ms) => void change({ keepMs: ms })}
      />
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
    </section>
  );
}

/** The same for everyone else: what holds here, in words. */
export function Rules({ channel: { posting, slowMs = 0, keepMs = 0, createdBy } }: { readonly channel: Channel }) {
  const rules = [
    posting === "creator" && t("Only {name} can write here.", { name: createdBy.name }),
    slowMs > 0 && t("One message every {time}.", { time: durationWords(slowMs) }),
    keepMs > 0 && t("Messages are deleted after {time}.", { time: durationWords(keepMs) }),
  ].filter((rule) => rule !== false);
  if (rules.length === 0) return null;
  return (
    <section>
      <h3>{t("Rules")}</h3>
      {rules.map((rule) => (
        <p key={rule}>{rule}</p>
      ))}
    </section>
  );
}

type TimesProps = {
  readonly label: string;
  readonly none: string;
  readonly times: readonly number[];
  readonly value: number;
  readonly onChange: (ms: number) => void;
};

function Times({ label, none, times, value, onChange }: TimesProps) {
  const all = times.includes(value) ? times : [...times, value].sort((a, b) => a - b);
  return (
    <label class="select">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
        {all.map((ms) => (
          <option key={ms} value={ms}>
            {ms === 0 ? none : durationWords(ms)}
          </option>
        ))}
      </select>
    </label>
  );
}
