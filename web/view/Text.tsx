import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type Block, type Inline, isEmojiOnly, parseMarkdown } from "../markdown.ts";
import { channelHref } from "../route.ts";
import type { Store } from "../store.ts";

type Props = {
  readonly store: Store;
  readonly id: string;
  readonly text: string;
  /** What stands after the last word. */
  readonly children?: ComponentChildren;
};

/** What somebody wrote, as nodes: there is no way from a text to markup. */
export function Text({ store, id, text, children }: Props) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div id={id} class={isEmojiOnly(text) ? "text emoji-only" : "text"} dir="auto">
      {blocks.map((block) => (
        <BlockView store={store} block={block} />
      ))}
      {children}
    </div>
  );
}

function BlockView({ store, block }: { readonly store: Store; readonly block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return <p>{inlines(store, block.children)}</p>;
    case "quote":
      return <blockquote>{inlines(store, block.children)}</blockquote>;
    case "code":
      return <CodeBlock text={block.text} />;
    case "list": {
      const items = block.items.map((item) => <li>{inlines(store, item)}</li>);
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    default:
      return block satisfies never;
  }
}

function inlines(store: Store, children: readonly Inline[]) {
  return children.map((inline) => <InlineView store={store} inline={inline} />);
}

function InlineView({ store, inline }: { readonly store: Store; readonly inline: Inline }) {
  switch (inline.kind) {
    case "text":
      return <>{inline.text}</>;
    case "code":
      return <code>{inline.text}</code>;
    case "bold":
      return <strong>{inlines(store, inline.children)}</strong>;
    case "italic":
      return <em>{inlines(store, inline.children)}</em>;
    case "strike":
      return <s>{inlines(store, inline.children)}</s>;
    case "link":
      return (
        <a href={inline.href} target="_blank" rel="noopener noreferrer nofollow">
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
        <a class="mention" href={channelHref(inline.id)}>
          #{inline.id}
        </a>
      ) : (
        <>#{inline.id}</>
      );
    default:
      return inline satisfies never;
  }
}

function CodeBlock({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div class="code-block">
      <pre dir="ltr">
        <code>{text}</code>
      </pre>
      <button
        type="button"
        class="button quiet"
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          setCopied(true);
        }}
        onBlur={() => setCopied(false)}
      >
        {isCopied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
