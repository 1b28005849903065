/** One page with each part of the interface in each of its states, in the product's own styles: what the gallery calls "parts". */
import type { Page } from "playwright-core";

/** An element as data: its tag with classes (`button.button.primary`), its attributes, and what is in it. */
type Piece = string | readonly [tag: string, attributes: Readonly<Record<string, string>>, ...inside: Piece[]];

const button = (kind: string, words: string, attributes: Record<string, string> = {}): Piece => [
  `button.button${kind}`,
  { type: "button", ...attributes },
  words,
];
const row = (name: string, ...inside: Piece[]): Piece => [
  "section",
  {
    style:
      "display: grid; gap: 12px; margin-block-end: 16px; padding: 16px; border: 1px solid var(--line); border-radius: var(--r3); break-inside: avoid",
  },
  ["h2", { style: "font-size: var(--secondary); color: var(--muted)" }, name],
  ["div", { style: "display: flex; flex-wrap: wrap; align-items: center; gap: 12px" }, ...inside],
];
const field = (words: string, attributes: Record<string, string> = {}): Piece => [
  "label",
  { style: "display: grid; gap: 8px; inline-size: 100%; font-size: var(--secondary); font-weight: 550" },
  words,
  ["input", { style: "font-weight: 400", value: "Ada", ...attributes }],
];
const toggle = (words: string, attributes: Record<string, string> = {}): Piece => [
  "label.switch",
  {},
  ["span", {}, words],
  ["input", { type: "checkbox", role: "switch", "aria-label": words, ...attributes }],
];
const segment = (words: string, attributes: Record<string, string> = {}): Piece => [
  "label",
  {},
  ["input", { type: "radio", name: "segment", ...attributes }],
  ["span", {}, words],
];
const avatar = (initials: string, hue: number): Piece => [
  "span.avatar",
  { style: `--hue: ${hue}`, "data-initials": initials },
];
const option = (sign: string, words: string, isChosen: boolean): Piece => [
  "div.option",
  { role: "option", "aria-selected": String(isChosen), dir: "auto" },
  ["span.option-sign", {}, sign],
  ["bdi", {}, words],
];
/** Where something floats in the product it lies in the page here. */
const still = "position: static; display: block; inset: auto; margin: 0";

const PARTS: readonly Piece[] = [
  row(
    "Buttons",
    button(".primary", "Primary"),
    button("", "Secondary"),
    button(".danger", "Danger"),
    button(".primary", "Disabled", { disabled: "" }),
    button("", "Pressed", { "aria-pressed": "true" }),
    ["button.link-button", { type: "button" }, "Link"],
  ),
  row(
    "Fields",
    field("Display name"),
    field("Channel name", { value: "", placeholder: "design team" }),
    [
      "div",
      { style: "display: grid; gap: 8px; inline-size: 100%" },
      field("Access code", { "aria-invalid": "true" }),
      ["p.hint.complaint", { dir: "auto" }, "Wrong access code. Ask the person who invited you."],
    ],
    [
      "label.select",
      { style: "inline-size: 100%; margin: 0; font-size: var(--secondary); font-weight: 550" },
      "Keep messages for",
      ["select", {}, ["option", {}, "One week"]],
    ],
  ),
  row("Switches", toggle("Private"), ["span", {}], toggle("Sound", { checked: "" })),
  row("Segments", [
    "fieldset.choice",
    { style: "margin: 0" },
    ["legend", { style: "margin-block-end: 8px; font-size: var(--secondary); font-weight: 550" }, "Density"],
    ["div.segments", {}, segment("Comfortable", { checked: "" }), segment("Compact")],
  ]),
  row("Avatars", ...Array.from({ length: 16 }, (_, hue) => avatar(String.fromCharCode(65 + hue), hue)), [
    "span.avatar-stack",
    {},
    avatar("A", 1),
    avatar("B", 6),
    avatar("C", 11),
  ]),
  row(
    "Menu",
    [
      "div.menu",
      { role: "toolbar", "aria-label": "Menu", style: `${still}; box-shadow: none` },
      ["button", { type: "button" }, "Edit message"],
      ["button", { type: "button" }, "Copy link"],
      ["button.danger-text", { type: "button" }, "Delete message"],
    ],
    [
      "div",
      {
        role: "listbox",
        "aria-label": "Suggestions",
        style:
          "inline-size: 240px; padding: 4px; border: 1px solid var(--line); border-radius: var(--r3); background: var(--raised)",
      },
      option("#", "design", true),
      option("#", "design-team", false),
      option("👋", "waving hand", false),
    ],
  ),
  row(
    "Tooltip and keys",
    ["div.tooltip", { style: still }, "Attach files", ["kbd.keycap", {}, "Ctrl"], ["kbd.keycap", {}, "U"]],
    ["kbd.keycap", {}, "Esc"],
  ),
  row(
    "Reactions",
    ["button.reaction", { type: "button" }, "👍 3"],
    ["button.reaction.own", { type: "button" }, "🎉 1"],
  ),
  row("Dialog", [
    "dialog.dialog",
    { open: "", style: `${still}; inline-size: 100%; box-shadow: none`, "aria-label": "Delete #design?" },
    ["header.dialog-head", {}, ["h2", {}, "Delete #design?"]],
    ["p", {}, "This deletes all messages and files for everyone. It can't be undone."],
    ["div.dialog-actions", {}, button("", "Cancel"), button(".danger", "Delete")],
  ]),
];

/** Takes the place of what a page shows. Its styles, theme and direction stay. */
export async function showParts(page: Page): Promise<void> {
  await page.evaluate((written) => {
    const parts: readonly Piece[] = JSON.parse(written);
    const build = (piece: Piece): Node => {
      if (typeof piece === "string") return document.createTextNode(piece);
      const [tag, attributes, ...inside] = piece;
      const [name = "div", ...classes] = tag.split(".");
      const element = document.createElement(name);
      element.classList.add(...classes);
      const { style = "", ...others } = attributes;
      for (const [key, value] of Object.entries(others)) element.setAttribute(key, value);
      element.style.cssText = style; // as an attribute the page forbids it
      element.append(...inside.map(build));
      return element;
    };
    const shown = document.createElement("main");
    shown.style.cssText = "columns: 3 300px; column-gap: 16px; block-size: auto; padding: 24px";
    const heading = document.createElement("h1");
    heading.textContent = "Parts";
    heading.style.cssText = "column-span: all; margin-block-end: 16px; font-size: var(--welcome)";
    shown.append(heading, ...parts.map(build));
    const app = document.createElement("div");
    app.id = "app";
    app.style.cssText = "block-size: 100dvh; overflow: auto";
    app.append(shown);
    // The stylesheet is in the body as well.
    document.querySelector("#app")?.replaceWith(app);
  }, JSON.stringify(PARTS));
}
