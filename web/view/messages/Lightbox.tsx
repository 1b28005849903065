/** Pictures over the whole window, one at a time: arrows and a swipe lead to the others, a click enlarges, Esc or a tap beside leads back. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Attachment } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import styles from "../../styles/lightbox.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { useModal } from "../parts/useModal.ts";
import { Picture } from "./Picture.tsx";

adoptStyles(styles);

type Props = { readonly pictures: readonly Attachment[]; readonly first: number; readonly onClose: () => void };

/** How many times as wide a picture becomes. */
const ENLARGED = 2.5;
/** A finger that moves so far (px) to the side means the next picture. */
const SWIPE_PX = 50;

export function Lightbox({ pictures, first, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  const [isEnlarged, setEnlarged] = useState(false);
  const picture = pictures[at];
  useModal(dialog);
  if (!picture) return null;
  const step = (by: number) => {
    setEnlarged(false);
    setAt(Math.min(Math.max(at + by, 0), pictures.length - 1));
  };
  const forward = () => (document.documentElement.dir === "rtl" ? -1 : 1);
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={picture.name}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      onKeyDown={(event) => {
        event.stopPropagation(); // the list's keys are not the picture's
        if (isEnlarged) return; // arrows scroll then
        if (event.key === "ArrowLeft") step(-forward());
        if (event.key === "ArrowRight") step(forward());
      }}
    >
      <header class="lightbox-head">
        <span class="lightbox-name">
          <bdi>{picture.name}</bdi>
        </span>
        {pictures.length > 1 && (
          <span class="lightbox-place">{t("{n} of {all}", { n: at + 1, all: pictures.length })}</span>
        )}
        <IconButton name={t("Zoom")} aria-pressed={isEnlarged} onClick={() => setEnlarged(!isEnlarged)}>
          <LateIcon name="zoom" />
        </IconButton>
        <a
          class="icon-button"
          href={picture.url}
          download={picture.name}
          aria-label={t("Download")}
          title={t("Download")}
        >
          <LateIcon name="download" />
        </a>
        <IconButton name={t("Close")} onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </header>
      <Stage
        key={picture.id}
        picture={picture}
        isEnlarged={isEnlarged}
        onEnlarge={setEnlarged}
        onSwipe={(by) => step(by * forward())}
        onLeave={onClose}
      />
      {pictures.length > 1 && (
        <>
          <IconButton
            name={t("Previous picture")}
            class="lightbox-step before"
            disabled={at === 0}
            onClick={() => step(-1)}
          >
            <LateIcon name="left" />
          </IconButton>
          <IconButton
            name={t("Next picture")}
            class="lightbox-step after"
            disabled={at === pictures.length - 1}
            onClick={() => step(1)}
          >
            <LateIcon name="right" />
          </IconButton>
        </>
      )}
    </dialog>
  );
}

type StageProps = {
  readonly picture: Attachment;
  readonly isEnlarged: boolean;
  readonly onEnlarge: (isEnlarged: boolean) => void;
  /** 1: to the picture at the right, -1: at the left. */
  readonly onSwipe: (by: number) => void;
  readonly onLeave: () => void;
};

/** The picture as large as there is room, or larger: then the stage scrolls, and what was clicked stays in its middle. */
function Stage({ picture, isEnlarged, onEnlarge, onSwipe, onLeave }: StageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const startX = useRef<number | undefined>(undefined);
  /** Where in the picture it was clicked, from 0 to 1. */
  const middle = useRef({ x: 0.5, y: 0.5 });

  useLayoutEffect(() => {
    const shown = stage.current;
    const image = shown?.querySelector("img");
    if (!shown || !image) return;
    // As it fits, then larger.
    image.style.inlineSize = "";
    shown.classList.remove("enlarged");
    const { width } = image.getBoundingClientRect();
    if (!isEnlarged || width === 0) return;
    shown.classList.add("enlarged");
    image.style.inlineSize = `${width * ENLARGED}px`;
    shown.focus({ preventScroll: true }); // arrows scroll it
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = shown;
    shown.scrollTo(
      middle.current.x * scrollWidth - clientWidth / 2,
      middle.current.y * scrollHeight - clientHeight / 2,
    );
  }, [isEnlarged]);

  return (
    // biome-ignore lint/a11y: buttons and keys do the same
    <div
      ref={stage}
      tabIndex={isEnlarged ? 0 : -1}
      class="lightbox-stage"
      onPointerDown={({ clientX, isPrimary }) => {
        const isFitted = !isEnlarged && (visualViewport?.scale ?? 1) <= 1;
        startX.current = isPrimary && isFitted ? clientX : undefined; // two fingers enlarge
      }}
      onPointerUp={({ clientX, pointerType }) => {
        const moved = clientX - (startX.current ?? clientX);
        if (pointerType === "touch" && Math.abs(moved) > SWIPE_PX) onSwipe(moved < 0 ? 1 : -1);
      }}
      onClick={({ target, clientX, clientY }) => {
        if (!(target instanceof HTMLImageElement)) return onLeave();
        const { left, top, width, height } = target.getBoundingClientRect();
        middle.current = { x: (clientX - left) / width, y: (clientY - top) / height };
        onEnlarge(!isEnlarged);
      }}
    >
      {/* Its name stands above it. */}
      <Picture src={picture.url} alt="" />
    </div>
  );
}
