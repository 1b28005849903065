/** Small parts of the screen, each by itself: focus in lists, the toolbar's place, the keyboard of a phone, files, names. */
import { signal } from "@preact/signals";
import { fireEvent, render, screen } from "@testing-library/preact";
import { describe, expect, test, vi } from "vitest";
import { createUploads } from "../../web/network/uploads.ts";
import { followKeyboard } from "../../web/pwa/on-screen-keyboard.ts";
import type { Conversation, Store } from "../../web/state/store.ts";
import { createUnread } from "../../web/state/unread.ts";
import { localState } from "../../web/storage/local-state.ts";
import { noticeShortcodes } from "../../web/text/shortcodes.ts";
import { EditField } from "../../web/view/composer/EditField.tsx";
import { TypingLine } from "../../web/view/conversation/TypingLine.tsx";
import { followToolbar } from "../../web/view/messages/place-toolbar.ts";
import { useRovingFocus } from "../../web/view/messages/useRovingFocus.ts";
import { ChannelLink } from "../../web/view/rail/ChannelLink.tsx";
import { ada, bea, channel, direct, message } from "./store-fixture.ts";

test("arrows on a link in a list of a message lead to the message beside, not to the first", () => {
  function Rows() {
    const focus = useRovingFocus(["a", "b", "c"]);
    return (
      <ol onKeyDown={focus.onKeyDown}>
        <li id="a" tabIndex={-1} />
        <li id="b" tabIndex={-1} />
        <li id="c" tabIndex={-1}>
          <ul>
            <li>
              <a href="/c/general">The plan of the day</a>
            </li>
          </ul>
        </li>
      </ol>
    );
  }
  render(<Rows />);
  fireEvent.keyDown(screen.getByRole("link"), { key: "ArrowUp" });
  expect(document.activeElement?.id).toBe("b");
});

test("the toolbar stands inside its row where there is no room above it", () => {
  const stop = followToolbar();
  const list = document.body.appendChild(document.createElement("div"));
  list.className = "log";
  const row = list.appendChild(document.createElement("li"));
  row.className = "message";
  list.getBoundingClientRect = () => new DOMRect(0, 50, 100, 500);
  for (const [top, isLow] of [
    [52, true],
    [200, false],
  ] as const) {
    row.getBoundingClientRect = () => new DOMRect(0, top, 100, 20);
    row.dispatchEvent(new Event("pointerover", { bubbles: true }));
    expect(row.hasAttribute("data-low")).toBe(isLow);
  }
  stop();
  list.remove();
});

test("a keyboard that is laid over the page makes the app as high as what is in sight, and gives the height back", () => {
  const height = () => document.documentElement.style.getPropertyValue("--app-height");
  const sight = Object.assign(new EventTarget(), { scale: 1, height: innerHeight });
  followKeyboard(sight as unknown as VisualViewport);
  const show = (about: Partial<typeof sight>) => {
    Object.assign(sight, about);
    sight.dispatchEvent(new Event("resize"));
  };
  vi.stubGlobal("scrollTo", vi.fn());
  show({ height: innerHeight - 300 });
  expect(height()).toBe(`${innerHeight - 300}px`);
  show({ scale: 2, height: 100 }); // zoomed: nothing changes
  expect(height()).toBe(`${innerHeight - 300}px`);
  show({ scale: 1, height: innerHeight });
  expect(height()).toBe("100dvh");
  vi.unstubAllGlobals();
});

test("a folder says that it is one, and takes the place of no file", () => {
  const uploads = createUploads("general");
  expect(uploads.add([], ["photos"])).toBe(0);
  expect(uploads.complaint.value).toBe("photos is a folder. Add the files in it.");
  expect(uploads.list.value).toEqual([]);
});

test("each name in the typing line keeps its own direction", () => {
  const typing = signal([{ person: ada }, { person: { ...bea, name: "محمد" } }]);
  const { container } = render(<TypingLine conversation={{ typing } as unknown as Conversation} />);
  expect([...container.querySelectorAll("bdi")].map(({ textContent }) => textContent)).toEqual(["Ada", "محمد"]);
});

test.each([
  [true, "Online"],
  [false, undefined],
])("presence is spoken with the link of a person (here: %s)", (isOnline, words) => {
  const row = { channel: direct, title: "Bea", isOpen: false, isOnline, hasDraft: false, hasFailed: false };
  const store = { person: signal(ada) } as unknown as Store;
  const about = { count: 0, isForYou: false, onLeave: () => {}, onMenu: () => {} };
  render(<ChannelLink store={store} row={{ ...row, ...about }} {...about} />);
  const described = screen.getByRole("link", { name: "Bea" }).getAttribute("aria-describedby");
  expect(described === null ? undefined : document.getElementById(described)?.textContent).toBe(words);
});

describe("what is unread", () => {
  function unread() {
    return createUnread(
      { person: signal(ada), blocked: signal(new Set()), heldSeq: () => 0 } as unknown as Parameters<
        typeof createUnread
      >[0],
      { localState, onRead: () => {} },
    );
  }
  const design = (seq: number) => channel("design", { seq });

  test("own messages count nowhere, wherever they were written", () => {
    const known = unread();
    known.setReads([["epoch-design", 0]]);
    known.note("epoch-design", [message(1), message(2, { author: ada })]);
    expect(known.unreadOf(design(2), 0).count).toBe(1);
  });

  test("own messages on their way are taken off what the server may count already", () => {
    const known = unread();
    known.setReads([["epoch-design", 0]]);
    expect(known.unreadOf(design(3), 2).count).toBe(1);
  });
});

describe("a rewrite", () => {
  function edit(text: string) {
    const conversation = { editing: signal({ id: "m1", text, from: "before" }) } as unknown as Conversation;
    const saveEdit = vi.fn(() => true);
    const store = { keepEdit: vi.fn(), leaveEdit: vi.fn(), saveEdit, textToSend: (typed: string) => typed };
    render(<EditField store={store as unknown as Store} conversation={conversation} hasFiles={false} />);
    return { saveEdit, field: screen.getByRole("textbox", { name: "Edit message" }) };
  }

  test("that is too long says by how much, and is not saved", async () => {
    const { saveEdit, field } = edit("x".repeat(4_100));
    screen.getByText("100 characters too many");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
    fireEvent.keyDown(field, { key: "Enter" });
    await noticeShortcodes("");
    await new Promise((resolve) => setTimeout(resolve));
    expect(saveEdit).not.toHaveBeenCalled();
  });

  test("waits until it is known what its shortcodes mean", async () => {
    const { saveEdit, field } = edit("done :tada:");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(saveEdit).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(saveEdit).toHaveBeenCalledOnce());
  });
});
