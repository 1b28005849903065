/** A link as a picture for a phone's camera. */
import encodeQR from "qr";
import { t } from "../../i18n/i18n.ts";

/** How wide (px) a square of it is. */
const SQUARE = 5;

/** Dark on light in every theme: some cameras read nothing else. */
export function QrCode({ text }: { readonly text: string }) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 4 });
  const squares = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      class="qr"
      width={rows.length * SQUARE}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={t("The link as a QR code")}
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={squares.join("")} fill="#000" />
    </svg>
  );
}
