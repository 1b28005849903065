/** A picture that could not be fetched is fetched anew, when the network is back and after a while: another element asks again. */
import { useEffect, useState } from "preact/hooks";
import { chances } from "../../network/load-part.ts";

type Props = {
  readonly src: string;
  readonly alt: string;
  readonly width?: number;
  readonly height?: number;
  readonly loading?: "lazy";
  readonly decoding?: "async";
};

/** Between tries (ms) to fetch a picture that could not be fetched: so long the first time, twice as long each time. */
const AGAIN_MS = 5_000;
const TRIES_MAX = 6;

export function Picture({ src, alt, ...about }: Props) {
  const [isBroken, setBroken] = useState(false);
  const [tries, setTries] = useState(0);
  const again = () => {
    setBroken(false);
    setTries(tries + 1);
  };
  useEffect(() => {
    if (isBroken) again();
  }, [chances.value]);
  useEffect(() => {
    if (!isBroken || tries >= TRIES_MAX) return;
    const timer = setTimeout(again, AGAIN_MS * 2 ** tries);
    return () => clearTimeout(timer);
  }, [isBroken]);
  return <img key={tries} {...about} src={src} alt={alt} onError={() => setBroken(true)} />;
}
