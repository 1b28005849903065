/** Whom a conversation is with: one person and whether they are here, or the first two of a group. */
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { Avatar } from "./Avatar.tsx";

/** People of a group who are shown. */
const FACES_MAX = 2;

type Props = {
  readonly channel: Channel;
  /** The id of the person who looks, and is not shown. */
  readonly you: string | undefined;
  readonly isOnline: boolean;
  /** The id of the element that says who is online. */
  readonly id?: string;
};

export function Faces({ channel: { peer, people = [] }, you, isOnline, id }: Props) {
  if (!peer) {
    return (
      <span class="faces avatar-stack">
        {people
          .filter(({ id }) => id !== you)
          .slice(0, FACES_MAX)
          .map((person) => (
            <Avatar key={person.id} person={person} isTiny />
          ))}
      </span>
    );
  }
  const words = t(isOnline ? "Online" : "Away");
  return (
    <span class="faces">
      <Avatar person={peer} />
      {/* By shape as well as by colour. */}
      <span class={isOnline ? "presence online" : "presence"} title={words}>
        <span id={id} class="visually-hidden">
          {words}
        </span>
      </span>
    </span>
  );
}
