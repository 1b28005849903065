/** Icons of what is loaded after the first messages. */
import { Drawing, Icon, type IconName } from "./icons.tsx";

/** The icons of what is loaded after the first messages. */
const PATHS = {
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  info: "M12 20a8 8 0 100-16 8 8 0 000 16zM12 11v5M12 8v.5",
  people:
    "M9 11a3 3 0 100-6 3 3 0 000 6zM3.5 19c.4-3 2.6-5 5.5-5s5.1 2 5.5 5M16 11.5a2.5 2.5 0 100-5M17 14.2c2 .5 3.2 2.3 3.5 4.8",
  send: "M12 19V6M6 11.5L12 5.5l6 6",
  block: "M12 20a8 8 0 100-16 8 8 0 000 16zM6.5 6.5l11 11",
  trash: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  react: "M12 20a8 8 0 100-16 8 8 0 000 16zM9 10v.5M15 10v.5M8.5 14c1.8 2.4 5.2 2.4 7 0",
  link: "M10 14a3.5 3.5 0 005 0l3-3a3.5 3.5 0 00-5-5l-1 1M14 10a3.5 3.5 0 00-5 0l-3 3a3.5 3.5 0 005 5l1-1",
  copy: "M9 9h10v10H9zM5 15V5h10",
  attach: "M18 11l-6.5 6.5a3.5 3.5 0 01-5-5L13 6a2.3 2.3 0 013.3 3.3L10 15.5a1 1 0 01-1.5-1.5L14 8.5",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 00-9 0v4.5zM10.5 20h3",
  bellOff: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 00-9 0v4.5zM10.5 20h3M4.5 4.5l15 15",
  more: "M5 12a1 1 0 102 0 1 1 0 10-2 0M11 12a1 1 0 102 0 1 1 0 10-2 0M17 12a1 1 0 102 0 1 1 0 10-2 0",
  search: "M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM15.5 15.5L20 20",
  left: "M14.5 6L8.5 12L14.5 18",
  right: "M9.5 6L15.5 12L9.5 18",
  flag: "M6 20V5h11l-2 4 2 4H6",
  unread: "M5 6h9M5 12h14M5 18h10M19 7.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3z",
  at: "M12 15.5a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM15.5 8.5v5a2.3 2.3 0 004.5 0V12a8 8 0 10-3.2 6.4",
  formatting: "M3.5 18l5-12 5 12M5.3 14h6.4M20.5 12v6M20.5 15a2.8 2.8 0 11-5.6 0 2.8 2.8 0 015.6 0z",
  bold: "M8 5h5a3.3 3.3 0 010 6.8H8zM8 11.8h6a3.6 3.6 0 010 7.2H8z",
  italic: "M10 5h7M7 19h7M14 5l-4 14",
  code: "M8.5 7.5L4 12l4.5 4.5M15.5 7.5L20 12l-4.5 4.5",
  star: "M12 4l2.4 5.2 5.6.7-4.1 3.9 1.1 5.7-5-2.8-5 2.8 1.1-5.7L4 9.9l5.6-.7z",
  eye: "M3 12s3.2-6 9-6 9 6 9 6-3.2 6-9 6-9-6-9-6zM12 14.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z",
  eyeOff: "M3 12s3.2-6 9-6 9 6 9 6-3.2 6-9 6-9-6-9-6zM12 14.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM4.5 19.5l15-15",
  message: "M5 5h14v10.5h-8L6.5 19.5v-4H5z",
  invite: "M9.5 11a3 3 0 100-6 3 3 0 000 6zM4 19c.4-3 2.6-5 5.5-5s5.1 2 5.5 5M18.5 8v6M15.5 11h6",
  keyboard: "M4 7h16v10H4zM7 10h.5M10.5 10h.5M14 10h.5M17 10h.5M8 13.5h8",
  hash: "M9.5 4.5l-2 15M16.5 4.5l-2 15M5 9h15M4 15h15",
  unpin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7M4.5 4.5l15 15",
  device: "M4 5h16v11H4zM12 16v4M8.5 20h7",
  hook: "M9.5 8.5a3 3 0 115 2.2L17 15M12 8l-3.5 6.5M8.5 14a3 3 0 102 3.6h5.5M17 15a3 3 0 11-2.4 4.5",
  remove: "M9.5 11a3 3 0 100-6 3 3 0 000 6zM4 19c.4-3 2.6-5 5.5-5s5.1 2 5.5 5M15.5 11h6",
  leave: "M13 5H6v14h7M10.5 12H20M16.5 8.5L20 12l-3.5 3.5",
  key: "M8 15.5a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM11.5 12H20v3.5M16.5 12v2.5",
  download: "M12 4v11M7 10.5L12 15.5L17 10.5M5 20h14",
  zoom: "M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM15.5 15.5L20 20M8 10.5h5M10.5 8v5",
  warning: "M12 4.5l8.5 15h-17zM12 10v4.5M12 17v.3",
  check: "M5 12.5L10 17.5L19 7.5",
} as const;

export type LateIconName = keyof typeof PATHS | IconName;

export function LateIcon({ name }: { readonly name: LateIconName }) {
  return isLate(name) ? <Drawing path={PATHS[name]} /> : <Icon name={name} />;
}

function isLate(name: LateIconName): name is keyof typeof PATHS {
  return name in PATHS;
}
