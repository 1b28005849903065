/** The edge between rail and conversation: dragged, or moved with arrows, it makes the rail wider or narrower. */
import { t } from "../../i18n/i18n.ts";
import { RAIL_WIDTH, railWidth } from "../../state/rail-width.ts";

/** One press of an arrow (px). */
const STEP_PX = 20;

export function RailEdge() {
  const forward = () => (document.documentElement.dir === "rtl" ? -1 : 1);
  return (
    <hr
      class="rail-edge"
      aria-label={t("Sidebar width")}
      aria-orientation="vertical"
      aria-valuenow={railWidth.value}
      aria-valuemin={RAIL_WIDTH.min}
      aria-valuemax={RAIL_WIDTH.max}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={({ currentTarget, pointerId, clientX }) => {
        if (!currentTarget.hasPointerCapture(pointerId)) return;
        setRailWidth(forward() === 1 ? clientX : innerWidth - clientX);
      }}
      onDblClick={() => setRailWidth(RAIL_WIDTH.usual)}
      onKeyDown={({ key }) => {
        const step = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[key];
        if (step !== undefined) setRailWidth(railWidth.value + step * forward());
      }}
    />
  );
}

/** As wide (px) as that, within the bounds. It stays so on this device. */
function setRailWidth(px: number): void {
  railWidth.value = Math.min(Math.max(Math.round(px), RAIL_WIDTH.min), RAIL_WIDTH.max);
  try {
    localStorage.setItem(RAIL_WIDTH.key, String(railWidth.value));
  } catch (error) {
    console.warn("storage is not to be had", error);
  }
}
