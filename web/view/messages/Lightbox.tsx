/** Pictures over the whole window, one at a time: arrows lead to the others, Esc or a tap beside them leads back. */
import { useRef, useState } from "preact/hooks";
import type { Attachment } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { Icon } from "../parts/icons.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { useModal } from "../parts/useModal.ts";
import { Picture } from "./Picture.tsx";

type Props = { readonly pictures: readonly Attachment[]; readonly first: number; readonly onClose: () => void };

export function Lightbox({ pictures, first, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  const picture = pictures[at];
  useModal(dialog);
  if (!picture) return null;
  const step = (by: number) => setAt(Math.min(Math.max(at + by, 0), pictures.length - 1));
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={picture.name}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      onKeyDown={(event) => {
        event.stopPropagation(); // the list's keys are not the picture's
        const forward = document.documentElement.dir === "rtl" ? -1 : 1;
        if (event.key === "ArrowLeft") step(-forward);
        if (event.key === "ArrowRight") step(forward);
      }}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <header class="lightbox-head">
        <span class="lightbox-name" dir="auto">
          {picture.name}
        </span>
        <a
          class="icon-button"
          href={picture.url}
          download={picture.name}
          aria-label={t("Download")}
          title={t("Download")}
        >
          <Icon name="download" />
        </a>
        <button type="button" class="icon-button" aria-label={t("Close")} title={t("Close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <Picture key={picture.id} src={picture.url} alt={picture.name} />
      {pictures.length > 1 && (
        <footer class="lightbox-foot">
          <button
            type="button"
            class="icon-button"
            aria-label={t("Previous picture")}
            disabled={at === 0}
            onClick={() => step(-1)}
          >
            <LateIcon name="left" />
          </button>
          {t("{n} of {all}", { n: at + 1, all: pictures.length })}
          <button
            type="button"
            class="icon-button"
            aria-label={t("Next picture")}
            disabled={at === pictures.length - 1}
            onClick={() => step(1)}
          >
            <LateIcon name="right" />
          </button>
        </footer>
      )}
    </dialog>
  );
}
