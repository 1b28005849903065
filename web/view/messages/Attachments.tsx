/** The files of a message: pictures first, then sound, films and what can only be downloaded. */
import { useState } from "preact/hooks";
import type { Attachment } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { lazy } from "../parts/lazy.tsx";
import { Picture } from "./Picture.tsx";

const OtherFile = lazy(async () => (await import("./OtherFile.tsx")).OtherFile);
const Lightbox = lazy(async () => (await import("./Lightbox.tsx")).Lightbox);

/** The longest sides (px) a picture or film takes in a conversation. */
const WIDTH_MAX = 420;
const HEIGHT_MAX = 360;
/** The least height (px) of a picture, however wide it is. */
const HEIGHT_MIN = 24;
/** A picture of unknown size gets this much room (px), and keeps it. */
const UNKNOWN_SIZE = { width: 320, height: 240 };
/** Pictures of one message that are shown; the last of them says how many more there are. */
const MOSAIC_MAX = 4;

type Props = { readonly id: string; readonly attachments: readonly Attachment[]; readonly tabIndex: number };

export function Attachments({ id, attachments, tabIndex }: Props) {
  const [open, setOpen] = useState<number>();
  const pictures = attachments.filter(isPicture);
  const more = pictures.length - MOSAIC_MAX;
  const isAlone = pictures.length === 1;
  const shown = pictures.slice(0, MOSAIC_MAX).map((file, at) => {
    const rest = more > 0 && at === MOSAIC_MAX - 1 && `+${more}`;
    const name = t("Open {name}", { name: file.name });
    return (
      <button
        key={file.id}
        type="button"
        class="picture"
        aria-label={rest ? `${name}, ${rest}` : name}
        style={isAlone ? frameOf(file) : undefined}
        tabIndex={tabIndex}
        onClick={() => setOpen(at)}
      >
        <Picture src={file.url} alt={file.name} loading="lazy" decoding="async" {...sizeOf(file)} />
        {rest && <span class="picture-more">{rest}</span>}
      </button>
    );
  });
  return (
    <div id={id} class="attachments">
      {isAlone ? shown : shown.length > 0 && <div class={`mosaic of-${shown.length}`}>{shown}</div>}
      {attachments.map(
        (file) =>
          !isPicture(file) && (
            // Its room is there before what is in it.
            <div key={file.id} class={placeOf(file)} style={placeOf(file) === "film" ? frameOf(file) : undefined}>
              <OtherFile file={file} tabIndex={tabIndex} />
            </div>
          ),
      )}
      {open !== undefined && <Lightbox pictures={pictures} first={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function placeOf({ type }: Attachment): "film" | "sound" | "download-place" {
  return type.startsWith("video/") ? "film" : type.startsWith("audio/") ? "sound" : "download-place";
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
