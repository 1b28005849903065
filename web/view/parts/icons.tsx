/** The icons of the first load, drawn for this product on a grid of 24: strokes in the text's colour. */
const PATHS = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  settings: "M4 8h9M17 8h3M4 16h3M11 16h9M15 5.5v5M9 13.5v5",
  lock: "M7 11h10v8H7zM9 11V8.5a3 3 0 016 0V11",
  pencil: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  reply: "M10 6L4.5 11.5L10 17M5 11.5h9c3.5 0 5.5 2.2 5.5 6.5",
  up: "M12 19V6M6.5 11.5L12 6L17.5 11.5",
  down: "M12 5v13M6.5 12.5L12 18l5.5-5.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return <Drawing path={PATHS[name]} />;
}

/** A drawing on the grid of the icons. */
export function Drawing({ path }: { readonly path: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** The mark: two offset rounded squares. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-back" x="3" y="3" width="18" height="18" rx="5" />
      <rect class="mark-front" x="11" y="11" width="18" height="18" rx="5" />
    </svg>
  );
}
