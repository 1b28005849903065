import { useState } from "preact/hooks";
import { copyText } from "./clipboard.ts";

/** A conversation in which nothing was said yet. */
export function Empty({ title, isDirect }: { readonly title: string; readonly isDirect: boolean }) {
  const [isCopied, setCopied] = useState(false);
  if (isDirect) {
    return (
      <div class="empty">
        <h2>
          This is between you and <bdi>{title}</bdi>.
        </h2>
        <p>
          Only you and <bdi>{title}</bdi> can see this.
        </p>
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>
        <bdi>{title}</bdi> is brand new.
      </h2>
      <p>Say hello 👋</p>
      <button
        type="button"
        class="button quiet"
        onClick={async () => {
          setCopied(await copyText(location.href));
        }}
      >
        {isCopied ? "Copied" : "Copy link"}
      </button>
    </div>
  );
}
