/** For owners of the site: an overview, the people, what was reported, who is banned. */
import { useEffect, useState } from "preact/hooks";
import type { Ban, Report } from "../../../worker/protocol/occasional-answers.ts";
import { rich, t } from "../../i18n/i18n.ts";
import type { Answer } from "../../network/api.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { FindField } from "../parts/FindField.tsx";
import { fullTime } from "../parts/formats.ts";
import { openProfile } from "../parts/sheets.ts";
import { usePeople } from "../parts/usePeople.ts";
import { Avatar } from "../people/Avatar.tsx";
import type { SectionProps } from "./Settings.tsx";

/** This many people are shown. */
const FOUND_MAX = 8;
type Overview = {
  readonly people: number;
  readonly online: number;
  readonly channels: number;
  readonly reports: number;
  readonly version: string;
};

export function SiteOwners({ store, onLeave, onShow }: SectionProps) {
  const [overview, setOverview] = useState<Overview>();
  const [reports, setReports] = useState<readonly Report[]>([]);
  const [bans, setBans] = useState<readonly Ban[]>([]);
  const [typed, setTyped] = useState("");
  const [refusal, setRefusal] = useState<string>();
  const { people, isKnown, refusal: notFound } = usePeople(store, typed);

  async function look(): Promise<void> {
    const requests = await store.requests();
    const [site, reported, kept] = await Promise.all([requests.admin(), requests.reports(), requests.bans()]);
    if (site.ok) setOverview(site.value);
    if (reported.ok) setReports(reported.value.reports);
    if (kept.ok) setBans(kept.value.bans);
    setRefusal([site, reported, kept].flatMap((answer) => (answer.ok ? [] : [answer.detail]))[0]);
  }
  useEffect(() => void look(), []);

  async function act(change: (requests: Awaited<ReturnType<Store["requests"]>>) => Promise<Answer<unknown>>) {
    const answer = await change(await store.requests());
    if (answer.ok) await look();
    else setRefusal(answer.detail);
  }

  return (
    <section>
      <h4>{t("This site")}</h4>
      {overview && (
        <p>
          {t("People: {people} · Online: {online} · Channels: {channels} · Version {version}", {
            people: overview.people,
            online: overview.online,
            channels: overview.channels,
            version: overview.version,
          })}
        </p>
      )}
      <h4>{t("People")}</h4>
      <FindField label={t("Find people")} typed={typed} onType={setTyped} />
      <p class={notFound ? "hint complaint" : people.length === 0 ? "hint" : "visually-hidden"} role="status">
        {notFound ?? (isKnown && (people.length === 0 ? t("No results") : t("{n} results", { n: people.length })))}
      </p>
      <ul class="people">
        {people.slice(0, FOUND_MAX).map((person) => (
          <li key={person.id}>
            <button type="button" class="person" onClick={() => openProfile(person)}>
              <Avatar person={person} />
              <bdi>{person.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <h4>{t("Reports")}</h4>
      {reports.length === 0 && <p class="hint">{t("No reports.")}</p>}
      <ul class="pins">
        {reports.map(({ id, channel, message, reporter, reason, at }) => (
          <li key={id}>
            <p class="hint">
              {rich("{name} reported this on {time}.", { name: <bdi>{reporter.name}</bdi>, time: fullTime(at) })}
            </p>
            <p dir="auto">
              <bdi>{message.author.name}</bdi>: {message.text}
            </p>
            {reason !== "" && (
              <p dir="auto">
                <q>{reason}</q>
              </p>
            )}
            <div class="field-row">
              {store.channels.value.has(channel) && (
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    onLeave();
                    go(`${channelHref(channel)}?m=${message.seq}`);
                  }}
                >
                  {t("Show")}
                </button>
              )}
              <button type="button" class="button" onClick={() => act((requests) => requests.closeReport(id))}>
                {t("Close report")}
              </button>
            </div>
          </li>
        ))}
      </ul>
      <h4>{t("Banned")}</h4>
      {bans.length === 0 && <p class="hint">{t("No one is banned.")}</p>}
      <ul class="people">
        {bans.map(({ id, name, until }) => (
          <li key={id} class="person">
            <span>
              <bdi>{name}</bdi>
              <span class="hint">{fullTime(until)}</span>
            </span>
            <button type="button" class="button" onClick={() => act((requests) => requests.liftBan(id))}>
              {t("Unban")}
            </button>
          </li>
        ))}
      </ul>
      {refusal && (
        <p class="hint complaint" role="alert">
          {refusal}
        </p>
      )}
      <button
        type="button"
        class="button"
        onClick={async () => {
          const answer = await (await store.requests()).stepDown();
          if (answer.ok) {
            store.steppedDown();
            onShow("You");
          } else setRefusal(answer.detail);
        }}
      >
        {t("Step down as owner")}
      </button>
    </section>
  );
}
