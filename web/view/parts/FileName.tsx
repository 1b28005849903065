/** A file's name. Where there is no room its middle gives way: the ending tells what a file is. */

/** Characters at the end that are always shown: the last word, if it is not longer. */
const ENDING = 14;

export function FileName({ name }: { readonly name: string }) {
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  const cut = Math.max(characters.lastIndexOf(" ") + 1, characters.length - ENDING);
  return (
    <span class="file-name" dir="auto" title={name}>
      <span class="name-start">{characters.slice(0, cut).join("")}</span>
      <span class="name-end">{characters.slice(cut).join("")}</span>
    </span>
  );
}
