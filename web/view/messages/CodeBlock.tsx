/** Code in a message: its language, its colours, and lines that scroll in their own box or are wrapped. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { codePieces, isHighlighterReady, loadHighlighter } from "../../state/highlighter.ts";
import { lazy } from "../parts/lazy.tsx";

const CodeTools = lazy(async () => (await import("./CodeTools.tsx")).CodeTools);

type Props = {
  /** What stands behind the fence; its first word is the language. */
  readonly info: string;
  readonly text: string;
  readonly tabIndex: number;
};

export function CodeBlock({ info, text, tabIndex }: Props) {
  const box = useRef<HTMLPreElement>(null);
  const [isWrapped, setWrapped] = useState(false);
  const [isWide, setWide] = useState(false);
  const language = info.split(/\s/, 1)[0]?.toLowerCase() ?? "";
  useEffect(() => {
    if (language !== "") void loadHighlighter();
  }, [language]);
  // A box that scrolls can be reached by the keyboard.
  useEffect(() => {
    const { current } = box;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => setWide(current.scrollWidth > current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  // A rewrite can lengthen a line without a change of the box.
  useEffect(() => {
    if (box.current) setWide(box.current.scrollWidth > box.current.clientWidth);
  }, [text]);
  const code = useMemo(
    () =>
      codePieces(language, text).map(({ kind, text: words }) =>
        kind ? <span class={`code-${kind}`}>{words}</span> : words,
      ),
    [language, text, isHighlighterReady.value],
  );
  return (
    <div class={isWrapped ? "code-block wrapped" : "code-block"} dir="ltr">
      {info !== "" && <div class="code-info">{info}</div>}
      <pre ref={box} tabIndex={isWide ? 0 : undefined}>
        {/* Anew when the colours are there: a text that is used again for another piece would count as one that has moved. */}
        <code key={`${isHighlighterReady.value}`}>{code}</code>
      </pre>
      <CodeTools
        text={text}
        tabIndex={tabIndex}
        isWrapped={isWrapped}
        {...((isWide || isWrapped) && { onWrap: setWrapped })}
      />
    </div>
  );
}
