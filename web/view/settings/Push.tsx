/** Notifications on this device while the app is closed: on or off, a test, and a pause that holds on all devices. */
import { useEffect, useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { type PushProblem, pushProblem, turnPushOff, turnPushOn } from "../../pwa/push.ts";
import { push } from "../../state/preferences.ts";
import type { Store } from "../../state/store.ts";
import { clockTime } from "../parts/formats.ts";
import { Switch } from "../parts/Switch.tsx";

const HOUR_MS = 3_600_000;
const PROBLEMS: Readonly<Record<PushProblem, Phrase>> = {
  unavailable: "This browser can't receive notifications while the app is closed.",
  home: "Add this site to your home screen first. Then notifications can reach you here.",
  refused: "Notifications are blocked. Allow them in your browser's site settings.",
};

export function Push({ store }: { readonly store: Store }) {
  const [problem, setProblem] = useState<string | undefined>(() => {
    const known = pushProblem();
    return known && t(PROBLEMS[known]);
  });
  const [told, setTold] = useState<string>();
  const isOn = push.chosen.value === "on";
  const [until, setUntil] = useState(0);
  const isPaused = until > store.now();

  useEffect(() => {
    void store.requests().then(async (requests) => {
      const answer = await requests.pushKey();
      if (answer.ok) setUntil(answer.value.pausedUntil ?? 0);
      else if (answer.code === "push_off") setProblem(answer.detail);
    });
  }, []);

  async function turn(isWanted: boolean): Promise<void> {
    setTold(undefined);
    if (!isWanted) return turnPushOff(store);
    const failure = await turnPushOn(store);
    setProblem(failure === undefined ? undefined : typeof failure === "string" ? t(PROBLEMS[failure]) : failure.detail);
  }

  async function pause(ms: number): Promise<void> {
    const wanted = ms === 0 ? null : store.now() + ms;
    const answer = await (await store.requests()).pausePush(wanted);
    if (answer.ok) setUntil(wanted ?? 0);
    else setProblem(answer.detail);
  }

  async function test(): Promise<void> {
    const answer = await (await store.requests()).testPush();
    setTold(
      answer.ok
        ? t(
            "Handed to your browser's push service. If nothing appears, check the notification settings of this device.",
          )
        : answer.detail,
    );
  }

  return (
    <>
      <section class="notified">
        <h4>{t("On this device")}</h4>
        <Switch
          label={t("Notify this device while the app is closed")}
          hint={t("Mentions, replies and direct messages reach you here. The text is encrypted for this device.")}
          isOn={isOn}
          onChange={(isWanted) => void turn(isWanted)}
        />
        <p class={problem ? "hint complaint" : "visually-hidden"} role="status">
          {problem}
        </p>
        {isOn && (
          <div class="field-row">
            <button type="button" class="button quiet" onClick={() => void test()}>
              {t("Send a test")}
            </button>
          </div>
        )}
        <p class={told ? "hint" : "visually-hidden"} role="status">
          {told}
        </p>
      </section>
      <section class="notified setting-row">
        <div>
          <h4>{t("On all your devices")}</h4>
          <p class="hint" role="status">
            {isPaused
              ? t("Paused until {time}.", { time: clockTime(until) })
              : t("A pause stops notifications while the app is closed.")}
          </p>
        </div>
        <button type="button" class="button quiet" onClick={() => void pause(isPaused ? 0 : HOUR_MS)}>
          {isPaused ? t("Resume") : t("Pause for 1 hour")}
        </button>
      </section>
    </>
  );
}
