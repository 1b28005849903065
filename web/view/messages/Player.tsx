/** Sound and films, played where they are; their place is kept before they are there. */
import { useState } from "preact/hooks";
import type { Attachment } from "../../../worker/protocol/things.ts";

export function Player({
  file: { name, type, url },
  tabIndex,
}: {
  readonly file: Attachment;
  readonly tabIndex: number;
}) {
  /** What is called a film may have sound alone. */
  const [isSound, setSound] = useState(!type.startsWith("video/"));
  if (!isSound) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: no one has written captions for what people send each other
      <video
        src={url}
        controls
        tabIndex={tabIndex}
        preload="metadata"
        aria-label={name}
        onLoadedMetadata={({ currentTarget }) => setSound(currentTarget.videoWidth === 0)}
      />
    );
  }
  return (
    <figure>
      <figcaption dir="auto">{name}</figcaption>
      {/* biome-ignore lint/a11y/useMediaCaption: no one has written captions for what people send each other */}
      <audio src={url} controls tabIndex={tabIndex} preload="none" aria-label={name} />
    </figure>
  );
}
