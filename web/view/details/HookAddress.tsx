/** The address of a new hook, in the format that the other program speaks. It is shown once. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { CopyField } from "../parts/CopyField.tsx";
import { LateIcon } from "../parts/late-icons.tsx";

/** What is added to the address for a format, and the field of its text. GitHub's events are many: none is tried by hand. */
const FORMATS = {
  Slack: { path: "", field: "text" },
  Discord: { path: "/discord", field: "content" },
  GitHub: { path: "/github", field: undefined },
} as const;
type Format = keyof typeof FORMATS;

export function HookAddress({ store, url }: { readonly store: Store; readonly url: string }) {
  const [format, setFormat] = useState<Format>("Slack");
  /** What came of a test. */
  const [tested, setTested] = useState<string>();
  const { path, field } = FORMATS[format];
  const address = url + path;

  async function test(): Promise<void> {
    const answer = await (await store.requests()).testHook(url, t("This is a test."));
    const why = answer === "rate_limited" ? t("Too many requests. Wait a moment.") : answer;
    setTested(answer === "ok" ? t("Sent.") : t("Not sent: {why}", { why }));
  }

  return (
    <div class="secret">
      <p class="secret-note" role="status">
        <LateIcon name="warning" />
        {t("Copy it now. You won't see it again.")}
      </p>
      <label class="secret-format">
        <span>{t("Format")}</span>
        <select value={format} onChange={({ currentTarget }) => setFormat(currentTarget.value as Format)}>
          {Object.keys(FORMATS).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <CopyField label={t("Address")} text={address} isLong>
        <button type="button" class="button quiet" onClick={() => void test()}>
          {t("Send a test")}
        </button>
      </CopyField>
      {tested !== undefined && (
        <p class="hint" role="status">
          {tested}
        </p>
      )}
      {field !== undefined && (
        <details>
          <summary>{t("Try it in a terminal")}</summary>
          <CopyField label={t("Command")} text={curl(address, field)} isSecond isLong />
        </details>
      )}
    </div>
  );
}

function curl(address: string, field: string): string {
  return `curl -H 'Content-Type: application/json' -d '{"${field}":"Hello"}' ${address}`;
}
