import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { channelHref, isOwnPlace } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { type Block, type Inline, isEmojiOnly, parseMarkdown } from "../../text/markdown.ts";
import { lazy } from "../parts/lazy.tsx";

const CopyButton = lazy(async () => (await import("../parts/CopyButton.tsx")).CopyButton);

type Props = {
  readonly store: Store;
  readonly id: string;
  readonly text: string;
  /** Of what can be reached in it. */
  readonly tabIndex: number;
  /** What stands after the last word. */
  readonly children?: ComponentChildren;
};

/** What somebody wrote, as nodes: there is no way from a text to markup. */
export function Text({ store, id, text, tabIndex, children }: Props) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div id={id} class={isEmojiOnly(text) ? "text emoji-only" : "text"} dir="auto">
      {blocks.map((block) => (
        <BlockView store={store} block={block} tabIndex={tabIndex} />
      ))}
      {children}
    </div>
  );
}

type Place = { readonly store: Store; readonly tabIndex: number };

function BlockView({ block, ...place }: Place & { readonly block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return <p>{inlines(place, block.children)}</p>;
    case "quote":
      return <blockquote>{inlines(place, block.children)}</blockquote>;
    case "code":
      return (
        <div class="code-block" dir="ltr">
          <pre>
            <code>{block.text}</code>
          </pre>
          <CopyButton text={block.text} tabIndex={place.tabIndex} />
        </div>
      );
    case "list": {
      const items = block.items.map((item) => <li>{inlines(place, item)}</li>);
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    default:
      return block satisfies never;
  }
}

function inlines(place: Place, children: readonly Inline[]) {
  return children.map((inline) => <InlineView {...place} inline={inline} />);
}

function InlineView({ inline, ...place }: Place & { readonly inline: Inline }) {
  const { store, tabIndex } = place;
  switch (inline.kind) {
    case "text":
      return <>{inline.text}</>;
    case "code":
      return <code>{inline.text}</code>;
    case "bold":
      return <strong>{inlines(place, inline.children)}</strong>;
    case "italic":
      return <em>{inlines(place, inline.children)}</em>;
    case "strike":
      return <s>{inlines(place, inline.children)}</s>;
    case "link":
      return (
        <a
          href={inline.href}
          // A place of this site is gone to in this window.
          {...(!isOwnPlace(inline.href) && { target: "_blank", rel: "noopener noreferrer nofollow" })}
          tabIndex={tabIndex}
        >
          {inline.text}
        </a>
      );
    case "person": {
      const name = store.personOf(inline.id)?.name;
      const isYou = inline.id === store.person.value?.id;
      return name === undefined ? (
        <span class="mention">@…</span>
      ) : (
        <bdi class={isYou ? "mention you" : "mention"}>@{name}</bdi>
      );
    }
    case "channel":
      return store.channels.value.has(inline.id) ? (
        <a class="mention" href={channelHref(inline.id)} tabIndex={tabIndex}>
          #{inline.id}
        </a>
      ) : (
        <>#{inline.id}</>
      );
    default:
      return inline satisfies never;
  }
}
