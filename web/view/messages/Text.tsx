/** A message as nodes: there is no way from a text to markup. */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Person } from "../../../worker/protocol/things.ts";
import { blocksOf, isMarkdownReady } from "../../state/markdown.ts";
import { channelHref, isOwnPlace } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import type { Block, Inline, ListItem } from "../../text/blocks.ts";
import { isEmojiOnly } from "../../text/emoji-only.ts";
import { CodeBlock } from "./CodeBlock.tsx";

/** What a text needs to know of where it is shown. */
export type TextStore = Pick<Store, "personOf" | "person" | "channels">;

type Props = {
  readonly store: TextStore;
  readonly id: string;
  readonly text: string;
  /** Of what can be reached in it. */
  readonly tabIndex: number;
  /** Shows who a mentioned person is. */
  readonly onPerson?: ((person: Person) => void) | undefined;
  /** What stands after the last word. */
  readonly children?: ComponentChildren;
};

export function Text({ store, id, text, tabIndex, onPerson, children }: Props) {
  const blocks = useMemo(() => blocksOf(text), [text, isMarkdownReady.value]);
  return (
    <div id={id} class={isEmojiOnly(text) ? "text emoji-only" : "text"} dir="auto">
      {blockViews({ store, tabIndex, onPerson }, blocks)}
      {children}
    </div>
  );
}

type Place = Pick<Props, "store" | "tabIndex" | "onPerson">;

function blockViews(place: Place, blocks: readonly Block[]) {
  return blocks.map((block) => <BlockView {...place} block={block} />);
}

function BlockView({ block, ...place }: Place & { readonly block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return <p>{inlines(place, block.children)}</p>;
    case "heading":
      return (
        <p>
          <strong>{inlines(place, block.children)}</strong>
        </p>
      );
    case "quote":
      return <blockquote>{blockViews(place, block.children)}</blockquote>;
    case "code":
      return <CodeBlock info={block.info} text={block.text} tabIndex={place.tabIndex} />;
    case "list": {
      const items = block.items.map((item) => <Item {...place} item={item} />);
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table": {
      const [head = [], ...rows] = block.rows;
      return (
        <div class="table-box">
          <table>
            <thead>
              <tr>
                {head.map((cell) => (
                  <th scope="col">{inlines(place, cell)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr>
                  {row.map((cell) => (
                    <td>{inlines(place, cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case "rule":
      return <hr />;
    default:
      return block satisfies never;
  }
}

function Item({ item, ...place }: Place & { readonly item: ListItem }) {
  const { number, isDone, children } = item;
  return (
    <li {...(number !== undefined && { value: number })} {...(isDone !== undefined && { class: "task" })}>
      {isDone !== undefined && <input type="checkbox" checked={isDone} disabled />}
      {blockViews(place, children)}
    </li>
  );
}

function inlines(place: Place, children: readonly Inline[]) {
  return children.map((inline) => <InlineView {...place} inline={inline} />);
}

function InlineView({ inline, ...place }: Place & { readonly inline: Inline }) {
  const { store, tabIndex, onPerson } = place;
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
        <>
          <a
            href={inline.href}
            // A place of this site is gone to in this window.
            {...(!isOwnPlace(inline.href) && { target: "_blank", rel: "noopener noreferrer nofollow" })}
            tabIndex={tabIndex}
          >
            {inlines(place, inline.children)}
          </a>
          {inline.host !== undefined && <bdi class="real-host"> ({inline.host})</bdi>}
        </>
      );
    case "person": {
      const person = store.personOf(inline.id);
      const isYou = inline.id === store.person.value?.id;
      return person === undefined ? (
        <span class="mention">@…</span>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: for a pointer alone; keys find a person with the search
        <bdi class={isYou ? "mention you" : "mention"} onClick={() => onPerson?.(person)}>
          @{person.name}
        </bdi>
      );
    }
    case "here":
      return <span class="mention you">@here</span>;
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
