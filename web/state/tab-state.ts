/**
 * What this tab knows, as signals. The files beside it change them, each its own part; views only read them.
 */
import { computed, type Signal, signal } from "@preact/signals";
import { CLOSE } from "../../worker/protocol/errors.ts";
import { EMPTY_HISTORY, type History } from "../../worker/protocol/history.ts";
import { directId } from "../../worker/protocol/text.ts";
import type { Channel, Person, Pin, Preference } from "../../worker/protocol/things.ts";
import type { Site } from "../network/api.ts";
import type { ConnectionState } from "../network/connection-state.ts";
import type { Uploads } from "../network/uploads.ts";
import type { Edit } from "../storage/local-state.ts";
import { route } from "./route.ts";

/**
 * Whether someone is signed in here. `ended`: the session ended elsewhere; `unreachable`: the server could not be asked;
 * `linked`: a device link was opened where someone is signed in already.
 */
export type Phase = "starting" | "unreachable" | "welcome" | "in" | "ended" | "linked";

/** Someone who is writing. Another note of the same person is another object. */
type Typist = { readonly person: Person };

/** A channel as this tab holds it, from the first visit on. */
export type Conversation = {
  readonly channelId: string;
  /** `undefined` until the first welcome. */
  readonly epoch: Signal<string | undefined>;
  readonly history: Signal<History>;
  readonly here: Signal<{
    readonly count: number;
    readonly people: readonly Person[];
    readonly guests?: number | undefined;
  }>;
  /** Who is writing. */
  readonly typing: Signal<readonly Typist[]>;
  /** The message that what is written next replies to. */
  readonly replyTo: Signal<string | undefined>;
  /** Messages after this number were new on entering: until the person leaves or says so. */
  readonly newAfter: Signal<number | undefined>;
  /** Files that the next message will take, once there was one. */
  readonly uploads: Signal<Uploads | undefined>;
  readonly pins: Signal<readonly Pin[]>;
  /** The message that is being edited in its place. */
  readonly editing: Signal<Edit | undefined>;
};

export type TabState = ReturnType<typeof createTabState>;

/** Conversations that a tab holds with their messages. */
const CONVERSATIONS_MAX = 30;

const IDLE: ConnectionState = { kind: "idle" };

export function createTabState() {
  const person = signal<Person | undefined>(undefined);
  const channels = signal<ReadonlyMap<string, Channel>>(new Map());
  const directoryLink = signal<ConnectionState>(IDLE);
  const channelLink = signal<ConnectionState>(IDLE);
  /** Grows silently, by visits; replaced when another person begins. */
  const conversations = signal(new Map<string, Conversation>());

  const openId = computed(() => {
    const where = route.value;
    if (where.kind === "channel") return where.id;
    const who = person.value;
    return where.kind === "direct" && who && where.personId !== who.id ? directId(where.personId, who.id) : undefined;
  });
  const open = computed(() => (openId.value === undefined ? undefined : conversationOf(openId.value)));

  function conversationOf(channelId: string): Conversation {
    const held = conversations.value.get(channelId);
    if (held) {
      // The map's order is that of the last use.
      conversations.value.delete(channelId);
      conversations.value.set(channelId, held);
      return held;
    }
    const conversation: Conversation = {
      channelId,
      epoch: signal(undefined),
      history: signal(EMPTY_HISTORY),
      here: signal({ count: 0, people: [] }),
      typing: signal([]),
      replyTo: signal(undefined),
      newAfter: signal(undefined),
      uploads: signal(undefined),
      pins: signal([]),
      editing: signal(undefined),
    };
    conversations.value.set(channelId, conversation);
    return conversation;
  }

  function epochOf({ channelId, epoch }: Conversation): string | undefined {
    return epoch.value ?? channels.value.get(channelId)?.epoch;
  }

  /** Why nothing goes on by itself: the close code of a link that stopped. */
  const stopped = computed(() => {
    const link = [directoryLink.value, channelLink.value].find((state) => state.kind === "stopped");
    return link?.kind === "stopped" ? link.code : undefined;
  });

  return {
    phase: signal<Phase>("starting"),
    person,
    site: signal<Site | undefined>(undefined),
    /** Whether this person is an owner of the site. */
    isOwner: signal(false),
    /** A newer version of this page is there. */
    isNewer: signal(false),
    channels,
    /** The server has told all channels there are: what belongs to none of them has no place any more. */
    isListKnown: signal(false),
    online: signal<ReadonlySet<string>>(new Set()),
    /** By channel: what this person wants of it. */
    preferences: signal<ReadonlyMap<string, Preference>>(new Map()),
    /** To owners: how many reports are open. */
    reportCount: signal(0),
    /** People from whom this person hears nothing. */
    blocked: signal<ReadonlySet<string>>(new Set()),
    /** Everyone this tab has heard of, with the newest name. */
    people: signal<ReadonlyMap<string, Person>>(new Map()),
    directoryLink,
    channelLink,
    conversations,
    conversationOf,
    epochOf,
    open,
    openEpoch: computed(() => open.value && epochOf(open.value)),
    stopped,
    /** A link has stopped for good, for another reason than the end of its conversation. */
    isStopped: computed(() => stopped.value !== undefined && stopped.value !== CLOSE.channelGone),
    isConnected: computed(
      () => directoryLink.value.kind === "live" && (!open.value || channelLink.value.kind === "live"),
    ),
    /**
     * Lets go of the conversations that were used longest ago, beyond a number of them. What is begun in one keeps it; its messages
     * are stored on this device.
     */
    evictConversations(): void {
      const idle = [...conversations.value.values()].filter((conversation) => {
        const { uploads, editing, replyTo } = conversation;
        return conversation !== open.peek() && !uploads.peek() && !editing.peek() && replyTo.peek() === undefined;
      });
      const excess = Math.max(0, conversations.value.size - CONVERSATIONS_MAX);
      for (const { channelId } of idle.slice(0, excess)) conversations.value.delete(channelId);
    },
    /** What this tab has of a channel already, as the query of its socket's address. */
    cursorOf(channelId: string): string {
      const held = conversations.value.get(channelId);
      const epoch = held?.epoch.peek();
      return held && epoch !== undefined ? `?epoch=${epoch}&since=${held.history.peek().rev}` : "";
    },
    /** The newest message this tab has of an epoch, 0 if none. */
    heldSeq(channelId: string, epoch: string): number {
      const held = conversations.value.get(channelId);
      return held?.epoch.value === epoch ? held.history.value.seq : 0;
    },
  };
}
