/**
 * Puts `pwa/early.ts` into a built page. As a file of its own it is one more request that the first paint waits for.
 * The policy in `_headers` names its hash, so no other script inside a page runs.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify, type Plugin, transformWithOxc } from "vite";

const TAG = '<script src="/early.js" vite-ignore></script>';
const source = fileURLToPath(new URL("pwa/early.ts", import.meta.url));
const headers = fileURLToPath(new URL("_headers", import.meta.url));

/** Replaces the script's tag in a page with the script. Throws when the page has no such tag. */
export function earlyScript(): Plugin {
  return {
    name: "flack-early-script",
    apply: "build",
    transformIndexHtml: {
      order: "pre",
      async handler(page) {
        if (!page.includes(TAG)) throw new Error("the page has no place for the early script");
        const script = await compiled();
        return page.replace(TAG, () => `<script>${script}</script>`);
      },
    },
  };
}

/** Writes `_headers`, which every file of the site is served with. */
export function fileHeaders(): Plugin {
  return {
    name: "flack-file-headers",
    apply: "build",
    async generateBundle() {
      const hash = createHash("sha256")
        .update(await compiled())
        .digest("base64");
      const text = readFileSync(headers, "utf8").replace("EARLY_SCRIPT", `'sha256-${hash}'`);
      this.emitFile({ type: "asset", fileName: "_headers", source: text });
    },
  };
}

async function compiled(): Promise<string> {
  const { code } = await transformWithOxc(readFileSync(source, "utf8"), source);
  return (await minify("early.js", code)).code.trim();
}
