/** The address of a new hook, in the format that the other program speaks. It is shown once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { CopyField } from "../parts/CopyField.tsx";
import { LateIcon } from "../parts/late-icons.tsx";

const SLACK = { name: "Slack", path: "", field: "text" };
/** What is added to the address for a format, and the field of a message's text. GitHub sends events, which have no such field. */
const FORMATS: readonly { readonly name: string; readonly path: string; readonly field?: string }[] = [
  SLACK,
  { name: "Discord", path: "/discord", field: "content" },
  { name: "GitHub", path: "/github" },
];

type Props = { readonly store: Store; readonly name: string; readonly url: string };

export function HookAddress({ store, name, url }: Props) {
  const box = useRef<HTMLElement>(null);
  const [chosen, setChosen] = useState(SLACK.name);
  /** What came of a test. */
  const [tested, setTested] = useState("");
  const { path, field } = FORMATS.find((format) => format.name === chosen) ?? SLACK;
  const address = url + path;
  // It is shown once: it has to be seen.
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), []);

  async function test(textField: string): Promise<void> {
    const requests = await store.requests();
    const answer = await requests
      .testHook(address, { [textField]: t("This is a test.") })
      .catch(() => t("No connection."));
    const why = answer === "rate_limited" ? t("Too many requests. Wait a moment.") : answer;
    setTested(answer === "ok" ? t("Sent.") : t("Not sent: {why}", { why }));
  }

  return (
    <section ref={box} class="secret" aria-label={name}>
      <p class="secret-note">
        <LateIcon name="warning" />
        {t("Copy this address now. You won't see it again.")}
      </p>
      <label class="secret-format">
        <span>{t("Format")}</span>
        <select
          value={chosen}
          onChange={({ currentTarget }) => {
            setChosen(currentTarget.value);
            setTested("");
          }}
        >
          {FORMATS.map((format) => (
            <option key={format.name}>{format.name}</option>
          ))}
        </select>
      </label>
      <CopyField label={t("Address")} text={address} isLong />
      {field !== undefined && (
        <button type="button" class="button" onClick={() => void test(field)}>
          {t("Send a test")}
        </button>
      )}
      <p class={tested === "" ? "visually-hidden" : "hint"} role="status">
        {tested}
      </p>
      {field !== undefined && (
        <details>
          <summary>
            <LateIcon name="right" />
            {t("Try it in a terminal")}
          </summary>
          <CopyField label={t("Command")} text={curl(address, field)} isSecond isLong />
        </details>
      )}
    </section>
  );
}

function curl(address: string, field: string): string {
  return `curl -H 'Content-Type: application/json' -d '{"${field}":"Hello"}' ${address}`;
}
