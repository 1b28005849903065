/** The files of a message: pictures, sound and films are there to see and hear, everything else to take away. */
import { useState } from "preact/hooks";
import type { Attachment } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { fileSize } from "../parts/formats.ts";
import { Icon } from "../parts/icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { Picture } from "./Picture.tsx";

const Player = lazy(async () => (await import("./Player.tsx")).Player);
const Lightbox = lazy(async () => (await import("./Lightbox.tsx")).Lightbox);

/** The longest sides (px) a picture or film takes in a conversation. */
const WIDTH_MAX = 420;
const HEIGHT_MAX = 360;
/** The least height (px) of a picture, however wide it is. */
const HEIGHT_MIN = 24;
/** A picture of unknown size gets this much room (px), and keeps it. */
const UNKNOWN_SIZE = { width: 320, height: 240 };

/** Characters at the end of a file's name that are always shown: its last word, if that is not longer. */
const ENDING = 14;

type Props = { readonly id: string; readonly attachments: readonly Attachment[]; readonly tabIndex: number };

export function Attachments({ id, attachments, tabIndex }: Props) {
  const [open, setOpen] = useState<number>();
  const pictures = attachments.filter(isPicture);
  return (
    <div id={id} class="attachments">
      {attachments.map((file) =>
        isPicture(file) ? (
          <button
            key={file.id}
            type="button"
            class="picture"
            aria-label={t("Open {name}", { name: file.name })}
            style={frameOf(file)}
            tabIndex={tabIndex}
            onClick={() => setOpen(pictures.indexOf(file))}
          >
            <Picture src={file.url} alt={file.name} loading="lazy" decoding="async" {...sizeOf(file)} />
          </button>
        ) : (
          <OtherFile key={file.id} file={file} tabIndex={tabIndex} />
        ),
      )}
      {open !== undefined && <Lightbox pictures={pictures} first={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function OtherFile({ file, tabIndex }: { readonly file: Attachment; readonly tabIndex: number }) {
  const { name, type, size, url } = file;
  if (/^(?:video|audio)\//.test(type)) {
    const isFilm = type.startsWith("video");
    return (
      <div class={isFilm ? "film" : "sound"} style={isFilm ? frameOf(file) : undefined}>
        <Player file={file} tabIndex={tabIndex} />
      </div>
    );
  }
  return (
    <a class="download" href={url} download={name} tabIndex={tabIndex}>
      <Icon name="file" />
      <FileName name={name} />
      <span class="download-size">{fileSize(size)}</span>
      <Icon name="download" />
    </a>
  );
}

/** A name whose middle gives way where there is no room: the ending tells what a file is. */
function FileName({ name }: { readonly name: string }) {
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  const cut = Math.max(characters.lastIndexOf(" ") + 1, characters.length - ENDING);
  return (
    <span class="download-name" dir="auto" title={name}>
      <span class="name-start">{characters.slice(0, cut).join("")}</span>
      <span class="name-end">{characters.slice(cut).join("")}</span>
    </span>
  );
}

function isPicture({ type }: Attachment): boolean {
  return type.startsWith("image/");
}

function sizeOf({ width = UNKNOWN_SIZE.width, height = UNKNOWN_SIZE.height }: Attachment) {
  return { width, height };
}

/** The room it takes before a byte of it is there: nothing jumps. */
function frameOf(file: Attachment) {
  const { width, height } = sizeOf(file);
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  const isStrip = height * scale < HEIGHT_MIN;
  return {
    inlineSize: `${Math.max(HEIGHT_MIN, Math.round(width * scale))}px`,
    ...(isStrip ? { blockSize: `${HEIGHT_MIN}px` } : { aspectRatio: `${width} / ${height}` }),
  };
}
