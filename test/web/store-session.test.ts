/** Who one is in the store: sign-in without cookies or storage, links for devices, the end of a session. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { go } from "../../web/state/route.ts";
import { localState } from "../../web/storage/local-state.ts";
import { ada, bea, beginAnew, channel, here, make, message, NOTHING_READ, talking, welcome } from "./store-fixture.ts";

beforeEach(beginAnew);

describe("where cookies are refused", () => {
  async function stranger() {
    localStorage.clear();
    vi.spyOn(localState, "person").mockReturnValue(undefined);
    return await make();
  }

  test("no one is signed in, no name is taken, and the person is told why", async () => {
    const { store, api } = await stranger();
    vi.spyOn(navigator, "cookieEnabled", "get").mockReturnValue(false);
    const answer = await store.signIn("Ada");
    expect(answer).toMatchObject({ ok: false, code: "cookies_refused" });
    expect(api.signIn).not.toHaveBeenCalled();
  });

  test("silently, the person is told as well", async () => {
    const { store, api } = await stranger();
    await store.signOut();
    vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
    expect(await store.signIn("Ada")).toMatchObject({ ok: false, code: "cookies_refused" });
    expect(store.phase.value).toBe("welcome");
  });
});

test("a person whose session has ended is not made anew by a rename", async () => {
  const { store, api } = await talking();
  vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
  expect((await store.rename("Ada L.")).ok).toBe(false);
  expect(api.signIn).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(store.phase.value).toBe("ended"));
});

test("where the browser refuses storage one is still oneself: renaming and sending work", async () => {
  const { store, api, startOver } = await talking();
  vi.spyOn(localState, "person").mockReturnValue(undefined);
  expect((await store.rename("Ada L.")).ok).toBe(true);
  expect(startOver).not.toHaveBeenCalled();
  store.linkChanged("channel", { kind: "waiting", tries: 1 });
  store.send(here(store), "by HTTP");
  go("/c/design");
  store.linkChanged("directory", { kind: "live" });
  await vi.waitFor(() => expect(api.send).toHaveBeenCalledWith("general", { id: expect.any(String), text: "by HTTP" }));
});

describe("a device link", () => {
  test("opened where no one is signed in: the person is in at once", async () => {
    const { store, api } = await make({ token: "secret" });
    expect(api.redeem).toHaveBeenCalledExactlyOnceWith("secret");
    expect(store.person.value).toEqual(bea);
    expect(store.phase.value).toBe("in");
  });

  test("opened while there is no network: it is tried again, and not lost", async () => {
    const { store, api } = await make({ token: "secret", isOffline: true });
    expect(store.phase.value).toBe("unreachable");
    await store.start();
    expect(api.redeem).toHaveBeenCalledTimes(2);
    expect(store.person.value).toEqual(bea);
  });

  test("that is used up says why, where no one is signed in", async () => {
    const { store, api } = await make();
    vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(store.phase.value).toBe("ended"));
    vi.mocked(api.redeem).mockResolvedValue({ ok: false, status: 410, code: "link_expired", detail: "Used up." });
    await store.start("secret");
    expect(store.phase.value).toBe("welcome");
    expect(store.linkProblem.value).toBe("Used up.");
  });

  test("opened where a person is signed in: it asks first, and changes nothing when the person stays", async () => {
    await make();
    const { store, api } = await make({ token: "secret" });
    expect(store.phase.value).toBe("linked");
    await store.decideLink(false);
    expect(api.redeem).not.toHaveBeenCalled();
    expect(store.person.value).toEqual(ada);
    expect(store.phase.value).toBe("in");
  });

  test("taken there: this device forgets who was here before", async () => {
    await make();
    localState.keepDraft(ada.id, "epoch-general", "Ada's thought");
    const { store } = await make({ token: "secret" });
    await store.decideLink(true);
    expect(store.person.value).toEqual(bea);
    expect(localState.draft(ada.id, "epoch-general")).toBe("");
  });
});

describe("the end of a session", () => {
  test("by one's own device link in another tab: one is still the same person, and nothing is forgotten", async () => {
    const { store, startOver } = await talking();
    store.keepDraft(here(store), "half a thought");
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(startOver).toHaveBeenCalled());
    expect(store.draft(here(store))).toBe("half a thought");
    expect(store.phase.value).toBe("in");
  });

  test("elsewhere: this device forgets the person, drafts, unsent words and all", async () => {
    const { store, api } = await talking();
    store.keepDraft(here(store), "half a thought");
    expect(store.draft(here(store))).toBe("half a thought");
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.send(here(store), "unsent");
    vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(store.phase.value).toBe("ended"));
    expect(store.person.value).toBeUndefined();
    expect(store.outbox.value).toEqual([]);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  test("that no answer confirms takes nothing: only an explicit answer does", async () => {
    const { store, api } = await talking();
    store.keepDraft(here(store), "half a thought");
    const unsure = { ok: false, status: 503, code: "busy", detail: "" } as const;
    const answer = vi.mocked(api.session).mockResolvedValueOnce(unsure);
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(answer).toHaveBeenCalledTimes(2));
    await answer.mock.results.at(-1)?.value;
    expect(store.phase.value).toBe("in");
    expect(store.draft(here(store))).toBe("half a thought");
  });

  test("here: back to the welcome", async () => {
    const { store, api } = await talking();
    await store.signOut();
    expect(api.signOut).toHaveBeenCalled();
    expect(store.phase.value).toBe("welcome");
  });

  test("and joining again in the same tab begins with nothing of before, and shows what comes", async () => {
    const { store, api } = await talking([message(1)]);
    await store.signOut();
    expect(store.open.value?.history.value.messages).toEqual([]);
    vi.mocked(api.signIn).mockResolvedValueOnce({ ok: true, value: { person: bea }, status: 201 });
    await store.signIn("Bea");
    store.receiveChannel("general", welcome([message(1), message(2)], { you: bea }));
    expect(store.open.value?.history.value.messages).toHaveLength(2);
    expect(store.phase.value).toBe("in");
  });

  test("another person signed in in another tab: this one starts over, and sends nothing in their name", async () => {
    const { store, api, startOver } = await talking([message(1)]);
    localState.keepPerson(bea);
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.send(here(store), "Ada's words");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(api.send).not.toHaveBeenCalled();
    expect((await store.rename("Ada L.")).ok).toBe(false);
    expect(api.signIn).not.toHaveBeenCalled();
    startOver.mockClear();
    store.receiveDirectory({
      type: "directory",
      version: 2,
      you: bea,
      channels: [channel("general")],
      people: [],
      ...NOTHING_READ,
    });
    expect(startOver).toHaveBeenCalled();
  });
});
