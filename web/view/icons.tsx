/** The icons, drawn for this product on a grid of 24: strokes in the text's colour. */
const PATHS = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V6M6 11.5L12 5.5l6 6",
  trash: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  settings: "M4 8h9M17 8h3M4 16h3M11 16h9M15 5.5v5M9 13.5v5",
  pencil: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  react: "M12 20a8 8 0 100-16 8 8 0 000 16zM9 10v.5M15 10v.5M8.5 14c1.8 2.4 5.2 2.4 7 0",
  reply: "M10 6L4.5 11.5L10 17M5 11.5h9c3.5 0 5.5 2.2 5.5 6.5",
  link: "M10 14a3.5 3.5 0 005 0l3-3a3.5 3.5 0 00-5-5l-1 1M14 10a3.5 3.5 0 00-5 0l-3 3a3.5 3.5 0 005 5l1-1",
  copy: "M9 9h10v10H9zM5 15V5h10",
  attach: "M18 11l-6.5 6.5a3.5 3.5 0 01-5-5L13 6a2.3 2.3 0 013.3 3.3L10 15.5a1 1 0 01-1.5-1.5L14 8.5",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  download: "M12 4v11M7 10.5L12 15.5L17 10.5M5 20h14",
  left: "M14.5 6L8.5 12L14.5 18",
  right: "M9.5 6L15.5 12L9.5 18",
  up: "M12 19V6M6.5 11.5L12 6L17.5 11.5",
  check: "M5 12.5L10 17.5L19 7.5",
  down: "M12 5v13M6.5 12.5L12 18l5.5-5.5",
  people:
    "M9 11a3 3 0 100-6 3 3 0 000 6zM3.5 19c.4-3 2.6-5 5.5-5s5.1 2 5.5 5M16 11.5a2.5 2.5 0 100-5M17 14.2c2 .5 3.2 2.3 3.5 4.8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
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
