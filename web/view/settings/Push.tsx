/** Notifications on this device while the app is closed: on or off, a test, and a pause that holds on all devices. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { type PushProblem, pushProblem, turnPushOff, turnPushOn } from "../../pwa/push.ts";
import { push } from "../../state/preferences.ts";
import type { Store } from "../../state/store.ts";
import { clockTime, timeOrDate } from "../parts/formats.ts";
import { Switch } from "../parts/Switch.tsx";

const HOUR_MS = 3_600_000;
/** A pause until tomorrow ends at this hour of the day. */
const MORNING_HOUR = 9;
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
  /** Why a pause was not taken. */
  const [refusal, setRefusal] = useState<string>();
  const pausing = useRef<HTMLDivElement>(null);
  const isPaused = until > store.now();

  useEffect(() => {
    void store.requests().then(async (requests) => {
      const answer = await requests.pushKey();
      if (answer.ok) setUntil(answer.value.pausedUntil ?? 0);
      else if (answer.code === "push_off") setProblem(answer.detail);
    });
  }, []);

  // The button that was pressed makes room for another one.
  const wasPaused = useRef(isPaused);
  useEffect(() => {
    const isPressed = wasPaused.current !== isPaused && document.activeElement === document.body;
    wasPaused.current = isPaused;
    if (isPressed) pausing.current?.querySelector("button")?.focus();
  }, [isPaused]);

  async function turn(isWanted: boolean): Promise<void> {
    setTold(undefined);
    if (!isWanted) return turnPushOff(store);
    const failure = await turnPushOn(store);
    setProblem(failure === undefined ? undefined : typeof failure === "string" ? t(PROBLEMS[failure]) : failure.detail);
  }

  /** `wanted`: until when (ms). 0 ends a pause. */
  async function pause(wanted: number): Promise<void> {
    const answer = await (await store.requests()).pausePush(wanted === 0 ? null : wanted);
    setRefusal(answer.ok ? undefined : answer.detail);
    if (answer.ok) setUntil(wanted);
  }

  async function test(): Promise<void> {
    const answer = await (await store.requests()).testPush();
    setTold(
      answer.ok
        ? t("Sent to your browser's push service. If nothing appears, check the notification settings of this device.")
        : answer.detail,
    );
  }

  return (
    <>
      <section class="notified">
        <h4>{t("On this device")}</h4>
        <Switch
          label={t("Notify this device while the app is closed")}
          hint={t(
            "You get mentions, replies and direct messages, whatever you chose above, but nothing from muted channels. The text is encrypted for this device.",
          )}
          isOn={isOn}
          onChange={(isWanted) => void turn(isWanted)}
        />
        <p class={problem ? "hint complaint" : "visually-hidden"} role="status">
          {problem}
        </p>
        {isOn && (
          <div class="field-row">
            <button type="button" class="button" onClick={() => void test()}>
              {t("Send a test")}
            </button>
          </div>
        )}
        <p class={told ? "hint" : "visually-hidden"} role="status">
          {told}
        </p>
      </section>
      <section class="notified">
        <h4>{t("Pause push notifications")}</h4>
        <p class={refusal ? "hint complaint" : "hint"} role="status">
          {refusal ??
            (isPaused
              ? t("Paused until {time}.", { time: timeOrDate(until, store.now()) })
              : t("Applies to all your devices."))}
        </p>
        <div ref={pausing} class="field-row">
          {isPaused ? (
            <button type="button" class="button" onClick={() => void pause(0)}>
              {t("Resume")}
            </button>
          ) : (
            <>
              <button type="button" class="button" onClick={() => void pause(store.now() + HOUR_MS)}>
                {t("Pause for 1 hour")}
              </button>
              <button type="button" class="button" onClick={() => void pause(tomorrow(store.now()))}>
                {t("Pause until tomorrow, {time}", { time: clockTime(tomorrow(store.now())) })}
              </button>
            </>
          )}
        </div>
      </section>
    </>
  );
}

/** Tomorrow morning (ms), in the zone of this device. */
function tomorrow(now: number): number {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  return morning.setHours(MORNING_HOUR, 0, 0, 0);
}
