/** What a person wants of conversations, and invites that an address held: shown at once, and taken back where the server refuses. */
import { beforeEach, expect, test } from "vitest";
import { createInvites } from "../../web/state/invites.ts";
import { createTabState, type TabState } from "../../web/state/tab-state.ts";
import { createWishes } from "../../web/state/wishes.ts";

const DONE = { ok: true, value: {}, status: 204 } as const;
const REFUSED = { ok: false, status: 503, code: "busy", detail: "Too much is going on." } as const;

let tab: TabState;

beforeEach(() => {
  tab = createTabState();
});

test("a wish is there before the answer, and as it was after a refusal", async () => {
  const answers = [1, 2].map(() => Promise.withResolvers<typeof DONE | typeof REFUSED>());
  const asked: unknown[] = [];
  const setPreference = (channelId: string, change: object) => {
    asked.push([channelId, change]);
    return answers[asked.length - 1]?.promise ?? Promise.resolve(DONE);
  };
  const { actions } = createWishes(tab, async () => ({ setPreference, block: async () => DONE }));
  const muted = actions.prefer("design", { notify: "nothing" });
  expect(actions.preferenceOf("design")).toEqual({ notify: "nothing" });
  answers[0]?.resolve(DONE);
  expect((await muted).ok).toBe(true);

  const hidden = actions.prefer("design", { hidden: true });
  expect(actions.preferenceOf("design")).toEqual({ notify: "nothing", hidden: true });
  answers[1]?.resolve(REFUSED);
  expect(await hidden).toEqual(REFUSED);
  expect(actions.preferenceOf("design")).toEqual({ notify: "nothing" });
  expect(asked).toEqual([
    ["design", { notify: "nothing" }],
    ["design", { hidden: true }],
  ]);
});

test("a refusal that comes late takes back nothing that is newer", async () => {
  const late = Promise.withResolvers<typeof REFUSED>();
  const answers = [late.promise, Promise.resolve(DONE)];
  const setPreference = () => answers.shift() ?? Promise.resolve(DONE);
  const { actions } = createWishes(tab, async () => ({ setPreference, block: async () => DONE }));
  const first = actions.prefer("design", { favourite: true });
  await actions.prefer("design", { favourite: false, hidden: true });
  late.resolve(REFUSED);
  await first;
  expect(actions.preferenceOf("design")).toEqual({ favourite: false, hidden: true });
});

test("whom one blocks is known after the answer only, each once", async () => {
  let answer: typeof DONE | typeof REFUSED = REFUSED;
  const { actions } = createWishes(tab, async () => ({ setPreference: async () => DONE, block: async () => answer }));
  await actions.block("bea", true);
  expect([...tab.blocked.value]).toEqual([]);
  answer = DONE;
  await actions.block("bea", true);
  await actions.block("bea", true);
  expect([...tab.blocked.value]).toEqual(["bea"]);
  await actions.block("bea", false);
  expect([...tab.blocked.value]).toEqual([]);
});

test("further pages add to what is wished, the first one replaces it", () => {
  const wishes = createWishes(tab, () => Promise.reject(new Error("not to be asked")));
  wishes.takeAll({ design: { favourite: true } }, false);
  wishes.takeAll({ news: { hidden: true } }, true);
  expect([...tab.preferences.value.keys()]).toEqual(["design", "news"]);
  wishes.takeAll({}, false);
  expect(wishes.actions.preferenceOf("design")).toEqual({});
});

test("an invite waits for a sign-in, is used once, and says why it did not work", async () => {
  const used: string[] = [];
  const acceptInvite = async (token: string) => {
    used.push(token);
    return { ok: false, status: 410, code: "link_expired", detail: "This invite is over." } as const;
  };
  const invites = createInvites(tab, async () => ({ acceptInvite }));
  invites.take(undefined);
  invites.take("token");
  expect(invites.invite.value).toBe("token");
  expect(used).toEqual([]);
  await Promise.all([invites.accept(), invites.accept()]);
  expect(used).toEqual(["token"]);
  expect(invites.inviteProblem.value).toBe("This invite is over.");
  expect(invites.invite.value).toBeUndefined();
});
