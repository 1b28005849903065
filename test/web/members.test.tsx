/** What the list of a private channel's members says of each of them. */
import { signal } from "@preact/signals";
import { render, screen, waitFor } from "@testing-library/preact";
import { expect, test } from "vitest";
import type { Conversation, Store } from "../../web/state/store.ts";
import { People } from "../../web/view/details/People.tsx";
import { EMPTY_HISTORY } from "../../worker/protocol/history.ts";
import type { Channel } from "../../worker/protocol/things.ts";

const person = (name: string) => ({ id: `0-${name.toLowerCase()}-0123456789abcdef`, name });
const [ada, bea, cem, dora] = ["Ada", "Bea", "Cem", "Dora"].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const channel: Channel = {
  id: "P-01234567890123456789012345",
  epoch: "e",
  kind: "private",
  name: "loans",
  topic: "",
  createdBy: ada,
  createdAt: 0,
  seq: 0,
  lastAt: 0,
  memberCount: 4,
};

/** The members as the server answers: Bea and Cem are online, Dora is not. The feed has named Bea alone. */
function opened() {
  const online = signal<ReadonlySet<string>>(new Set([bea.id]));
  const isConnected = signal(true);
  const here = signal({ count: 1, people: [ada] });
  const members = [ada, bea, cem, dora].map((one) => ({ ...one, online: one !== dora }));
  const store = {
    online,
    isConnected,
    person: signal(ada),
    isOwner: signal(false),
    nameOf: ({ name }: { readonly name: string }) => name,
    requests: async () => ({ members: async () => ({ ok: true, value: { members } }) }),
  } as unknown as Store;
  const conversation = { here, history: signal(EMPTY_HISTORY), channelId: channel.id } as unknown as Conversation;
  render(<People store={store} conversation={conversation} channel={channel} onLeave={() => {}} />);
  const said = () =>
    Object.fromEntries(
      [...document.querySelectorAll(".person-row")].map((row) => [
        row.querySelector("bdi")?.textContent,
        row.querySelector(".hint")?.textContent,
      ]),
    );
  return { online, isConnected, here, said };
}

test("members are viewing, online or away: as the server said, and as the feed says since", async () => {
  const { online, here, said } = opened();
  await screen.findByText("Dora");
  // Cem is one of whom the feed has not spoken.
  expect(said()).toEqual({ Ada: "Viewing", Bea: "Online", Cem: "Online", Dora: "Away" });
  online.value = new Set([dora.id]);
  here.value = { count: 2, people: [ada, cem] };
  await waitFor(() => expect(said()).toEqual({ Ada: "Viewing", Bea: "Away", Cem: "Viewing", Dora: "Online" }));
});

test("without a connection nothing is said of anyone", async () => {
  const { isConnected, said } = opened();
  await screen.findByText("Dora");
  isConnected.value = false;
  await waitFor(() => expect(Object.values(said())).toEqual([undefined, undefined, undefined, undefined]));
  expect(document.querySelector(".person-online")).toBeNull();
});
