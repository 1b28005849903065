/**
 * What a page paints before any other file is there: `pwa/early.ts` and the first styles are inside it, and the stylesheet blocks
 * only what stands after it. The policy in `_headers` names the hashes of both, so no other script or style inside a page works.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify, type Plugin, transformWithOxc } from "vite";

const TAG = '<script src="/early.js" vite-ignore></script>';
const STYLESHEET = /\n *(<link rel="stylesheet"[^>]*>)/;
const source = fileURLToPath(new URL("pwa/early.ts", import.meta.url));
const headers = fileURLToPath(new URL("_headers", import.meta.url));

/** Replaces the tag of the early script with the script. Throws when a page has no such tag. */
export function earlyScript(): Plugin {
  return {
    name: "flack-early-script",
    apply: "build",
    transformIndexHtml: {
      order: "pre",
      async handler(page) {
        if (!page.includes(TAG)) throw new Error("the page has no place for the early script");
        const { code } = await transformWithOxc(readFileSync(source, "utf8"), source);
        const script = (await minify("early.js", code)).code.trim();
        return page.replace(TAG, () => `<script>${script}</script>`);
      },
    },
  };
}

/** Moves the stylesheet behind the mark: a browser paints what stands before a stylesheet in the body while it waits for it. */
export function lateStylesheet(): Plugin {
  return {
    name: "flack-late-stylesheet",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(page) {
        const [link, tag] = STYLESHEET.exec(page) ?? [];
        if (!link) throw new Error("the page has no stylesheet");
        return page.replace(link, "").replace("</svg>", `</svg>\n    ${tag}`);
      },
    },
  };
}

/** Writes `_headers`, which every file of the site is served with: the policy with the hashes of what is inside the page. */
export function fileHeaders(): Plugin {
  return {
    name: "flack-file-headers",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("there is no page");
      const hashes = (element: string) =>
        [...String(page.source).matchAll(new RegExp(`<${element}>(.+?)</${element}>`, "gs"))]
          .map(([, content = ""]) => ` 'sha256-${createHash("sha256").update(content).digest("base64")}'`)
          .join("");
      const text = readFileSync(headers, "utf8").replace(
        /(script|style)-src 'self'/g,
        (directive, element: string) => directive + hashes(element),
      );
      this.emitFile({ type: "asset", fileName: "_headers", source: text });
    },
  };
}
