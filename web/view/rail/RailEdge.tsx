/** The edge between rail and conversation: dragged, or moved with arrows, it makes the rail wider or narrower. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";

/** How wide (px) the rail may be. The usual width is also in rail.css and layout.css. */
const WIDTH = { min: 200, usual: 260, max: 360 };
/** One press of an arrow (px). */
const STEP_PX = 20;
/** Kept on this device, and put into the page before anything is painted (early.ts). */
const KEY = "flack.rail-width";

export function RailEdge() {
  const { style } = document.documentElement;
  const [width, setWidth] = useState(() => within(Number.parseInt(style.getPropertyValue("--rail-width"), 10)));
  const forward = () => (document.documentElement.dir === "rtl" ? -1 : 1);
  /** As wide (px) as that, within the bounds. */
  const change = (px: number) => {
    const wanted = within(px);
    setWidth(wanted);
    style.setProperty("--rail-width", `${wanted}px`);
    try {
      localStorage.setItem(KEY, `${wanted}px`);
    } catch (error) {
      console.warn("storage is not to be had", error);
    }
  };
  return (
    <hr
      class="rail-edge"
      aria-label={t("Sidebar width")}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={WIDTH.min}
      aria-valuemax={WIDTH.max}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={({ currentTarget, pointerId, clientX }) => {
        if (!currentTarget.hasPointerCapture(pointerId)) return;
        change(forward() === 1 ? clientX : innerWidth - clientX);
      }}
      onDblClick={() => change(WIDTH.usual)}
      onKeyDown={({ key }) => {
        const step = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[key];
        if (step !== undefined) change(width + step * forward());
      }}
    />
  );
}

function within(px: number): number {
  return Math.min(Math.max(Math.round(px || WIDTH.usual), WIDTH.min), WIDTH.max);
}
