/** Who a conversation is of, and who has it open now. */
import { useEffect, useState } from "preact/hooks";
import type { OnlinePerson, Person } from "../../../worker/protocol/things.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { fold } from "../../text/fold.ts";
import { Confirm } from "../dialogs/Confirm.tsx";
import { InvitePeople } from "../dialogs/InvitePeople.tsx";
import { FindField } from "../parts/FindField.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { inPeopleOrder } from "../parts/people-order.ts";
import { openProfile } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";
import { ActionRow } from "./ActionRow.tsx";
import { AddPeople } from "./AddPeople.tsx";
import type { TabProps } from "./Details.tsx";

/** A field to find a person is shown for so many people or more. */
const FIND_FROM = 12;

/** What is about to be confirmed. */
type Asking = { readonly person: Person; readonly from: "channel" | "site" };

export function People({ store, conversation, channel, onLeave }: TabProps) {
  const [members, setMembers] = useState<readonly OnlinePerson[]>();
  /** Who the feed said is online when the members were asked for. */
  const [onlineThen, setOnlineThen] = useState<ReadonlySet<string>>(new Set());
  const [isAdding, setAdding] = useState(false);
  const [isInviting, setInviting] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const [refusal, setRefusal] = useState<string>();
  const [typed, setTyped] = useState("");
  const { count, people, guests = 0 } = conversation.here.value;
  const isConnected = store.isConnected.value;
  const viewing = isConnected ? people : [];
  const viewingIds = new Set(viewing.map(({ id }) => id));
  const you = store.person.value?.id;
  const isPrivate = channel.kind === "private";
  const hasMembers = channel.kind !== "public";
  const isGroup = isPrivate && channel.name === "";
  const isCreator = channel.createdBy.id === you;

  const seen = [...viewing, ...(store.person.value ? [store.person.value] : [])];
  const active = writersOf(conversation, seen).map(({ id, name }) => ({
    id,
    name,
    online: store.online.value.has(id),
  }));

  // Who came or left since is in the count.
  useEffect(() => {
    if (!hasMembers) return undefined;
    let isCurrent = true;
    const online = store.online.peek();
    void store.requests().then(async (requests) => {
      const answer = await requests.members(channel.id);
      if (!isCurrent) return;
      if (answer.ok) {
        setMembers(answer.value.members);
        setOnlineThen(online);
      } else setRefusal(answer.detail);
    });
    return () => {
      isCurrent = false;
    };
  }, [channel.memberCount]);

  /** The server's answer knows everyone, and is from when the list was opened. The feed knows who came and left since. */
  function asNow(person: OnlinePerson): OnlinePerson {
    const { id } = person;
    const isHere = store.online.value.has(id) || viewingIds.has(id);
    return { ...person, online: isConnected && (isHere || (person.online && !onlineThen.has(id))) };
  }

  async function write({ id }: Person): Promise<void> {
    const answer = await store.openConversation([id]);
    if (answer.ok) onLeave();
    else setRefusal(answer.detail);
  }

  async function remove({ person, from }: Asking): Promise<void> {
    const requests = await store.requests();
    const removing = from === "site" ? requests.removePerson(person.id) : requests.removeMember(channel.id, person.id);
    const answer = await removing;
    setAsking(undefined);
    if (!answer.ok) setRefusal(answer.detail);
  }

  const personRow = (person: Person | OnlinePerson, isMember: boolean) => {
    const isOnline = !("online" in person) || person.online;
    return (
      <li key={person.id} class="person-row">
        <button type="button" class="person" onClick={() => openProfile(person)}>
          <Avatar person={person} />
          {isMember ? (
            <span>
              <bdi>{store.nameOf(person)}</bdi>
              {isConnected && (
                <span class="hint">{t(viewingIds.has(person.id) ? "Viewing" : isOnline ? "Online" : "Away")}</span>
              )}
            </span>
          ) : (
            <bdi>{store.nameOf(person)}</bdi>
          )}
          {isOnline && <span class="person-online" {...(!isMember && { role: "img", "aria-label": t("Online") })} />}
        </button>
        {person.id === you ? (
          <span class="person-note">{t("You")}</span>
        ) : (
          <>
            {isMember && isCreator && !isGroup && (
              <IconButton
                name={t("Remove {name}", { name: person.name })}
                onClick={() => setAsking({ person, from: "channel" })}
              >
                <LateIcon name="remove" />
              </IconButton>
            )}
            {!isMember && store.isOwner.value && (
              <IconButton
                name={t("Remove {name} from the site", { name: person.name })}
                class="danger-text"
                onClick={() => setAsking({ person, from: "site" })}
              >
                <LateIcon name="trash" />
              </IconButton>
            )}
            <IconButton name={t("Message {name}", { name: person.name })} onClick={() => void write(person)}>
              <LateIcon name="message" />
            </IconButton>
          </>
        )}
      </li>
    );
  };

  const listOf = (people: readonly (Person | OnlinePerson)[], areMembers: boolean) => {
    const wanted = fold(typed.trim());
    const found = people.filter((person) => fold(store.nameOf(person)).includes(wanted));
    if (found.length === 0 && wanted !== "") return <p class="hint">{t("No results")}</p>;
    return <ul class="people">{found.map((person) => personRow(person, areMembers))}</ul>;
  };

  return (
    <>
      {!hasMembers && (
        <section>
          <p class="hint">{t("Everyone on this site can see and join this channel.")}</p>
          <ActionRow icon="invite" label={t("Invite people")} act={() => setInviting(true)} />
        </section>
      )}
      {isPrivate && !isGroup && (
        <section>
          <ActionRow
            icon="invite"
            label={t("Add people")}
            act={() => setAdding(true)}
            hint={t("People on this site")}
          />
          <ActionRow
            icon="link"
            label={t("Invite people")}
            act={() => setInviting(true)}
            hint={t("Anyone with a link")}
          />
        </section>
      )}
      {(typed !== "" || Math.max(viewing.length, active.length, members?.length ?? 0) >= FIND_FROM) && (
        <FindField label={t("Find people")} typed={typed} onType={setTyped} />
      )}
      {hasMembers ? (
        <section>
          <h3>{t("{n} members", { n: channel.memberCount ?? members?.length ?? 2 })}</h3>
          {listOf(inPeopleOrder(members?.map(asNow) ?? [], you), true)}
          {typed === "" && isConnected && count > people.length && <p class="hint">{t("{n} viewing", { n: count })}</p>}
        </section>
      ) : (
        <section>
          <h3>
            {t("Viewing now")}
            {isConnected && ` · ${count}`}
          </h3>
          {listOf(inPeopleOrder(viewing, you), false)}
          {typed === "" && isConnected && count > viewing.length && (
            <p class="hint">{t("And {n} more.", { n: count - viewing.length })}</p>
          )}
          {guests > 0 && <p class="hint">{t("Guests watching: {n}", { n: guests })}</p>}
        </section>
      )}
      {!hasMembers && active.length > 0 && (
        <section>
          <h3>{t("Recently active")}</h3>
          {listOf(active, false)}
        </section>
      )}
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
      {asking && (
        <Confirm
          text={rich(
            asking.from === "site"
              ? "{name} will be signed out everywhere, and anyone can take the name. Their messages stay."
              : "{name} won't be able to read this channel.",
            { name: <bdi>{asking.person.name}</bdi> },
          )}
          action={t(asking.from === "site" ? "Remove {name} from the site" : "Remove {name} from the channel", {
            name: asking.person.name,
          })}
          onCancel={() => setAsking(undefined)}
          onConfirm={() => void remove(asking)}
        />
      )}
      {isInviting && <InvitePeople store={store} channel={channel} onClose={() => setInviting(false)} />}
      {isAdding && (
        <AddPeople store={store} channel={channel} members={members ?? []} onClose={() => setAdding(false)} />
      )}
    </>
  );
}

/** The authors of the kept messages, newest first, without bots and those who are left out. */
function writersOf({ history }: TabProps["conversation"], leftOut: readonly Person[]): readonly Person[] {
  const writers = new Map<string, Person>();
  for (const { author, deleted } of [...history.value.messages].reverse()) {
    if (!deleted && !author.bot && !writers.has(author.id) && !isIn(leftOut, author.id)) writers.set(author.id, author);
  }
  return [...writers.values()];
}

function isIn(people: readonly Person[], personId: string): boolean {
  return people.some(({ id }) => id === personId);
}
