/** The icon of a file, in the colour of its kind. */
import styles from "../../styles/downloads.css?inline";
import { adoptStyles } from "./adopt-styles.ts";
import { Drawing } from "./icons.tsx";

adoptStyles(styles);

const SHEET = "M7 3h7l4 4v14H7zM14 3v4h4";

const PATHS = {
  picture: "M4 5h16v14H4zM4 16l4.5-4.5L13 16M11.5 14.5L15 11l5 5M15.5 9v.3",
  sound: "M9 18a2.5 2.5 0 11-2.5-2.5H9V5l9-2v12.5M18 15.5a2.5 2.5 0 11-2.5-2.5H18",
  film: "M4 6h16v12H4zM10 9.5v5l4.5-2.5z",
  archive: "M5 4h14v16H5zM12 4v2M12 8v2M12 12v2M10.5 15.5h3v2.5h-3z",
  table: `${SHEET}M9.5 12h6M9.5 15h6M9.5 18h6M12.5 12v6`,
  code: `${SHEET}M11 12l-2 2.5 2 2.5M14 12l2 2.5-2 2.5`,
  text: `${SHEET}M9.5 12h6M9.5 15h6M9.5 18h4`,
  pdf: `${SHEET}M9.5 17.5c4-1 5-5.5 2.5-5.5s-.5 4.5 4 4.5`,
  other: SHEET,
} as const;

type Kind = keyof typeof PATHS;

/** By the ending of the name, or else by the type that the server found in the bytes. The first match counts. */
const KINDS: readonly (readonly [Kind, RegExp, RegExp])[] = [
  ["picture", /^image\//, /\.(?:png|jpe?g|gif|webp|avif|heic|svg)$/i],
  ["sound", /^audio\//, /\.(?:mp3|wav|ogg|m4a|flac|opus)$/i],
  ["film", /^video\//, /\.(?:mp4|webm|mov|mkv|avi)$/i],
  ["pdf", /pdf$/, /\.pdf$/i],
  ["table", /csv|spreadsheet|excel/, /\.(?:csv|tsv|xlsx?|ods|numbers)$/i],
  [
    "code",
    /json|[/+]xml$|javascript|html|css/,
    /\.(?:[cm]?[jt]sx?|json|ya?ml|toml|py|rs|go|java|c|h|cpp|rb|sh|sql|html|css|xml)$/i,
  ],
  ["archive", /zip|tar|compressed|rar/, /\.(?:zip|tar|t?gz|7z|rar|xz|bz2)$/i],
  ["text", /^text\/|word|opendocument\.text|rtf/, /\.(?:txt|md|log|docx?|odt|rtf|pages)$/i],
];

function fileKind(name: string, type = ""): Kind {
  const [kind = "other"] =
    KINDS.find(([, , endings]) => endings.test(name)) ?? KINDS.find(([, types]) => types.test(type)) ?? [];
  return kind;
}

export function FileIcon({ name, type = "" }: { readonly name: string; readonly type?: string }) {
  const kind = fileKind(name, type);
  return (
    <span class="file-icon" data-kind={kind}>
      <Drawing path={PATHS[kind]} />
    </span>
  );
}
