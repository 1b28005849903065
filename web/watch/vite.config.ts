/** Builds the guest's page, apart from the app: what the two share is in both, and the page stays small. After the app's build. */
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { earlyScript } from "../first-paint.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  plugins: [preact(), earlyScript()],
  publicDir: false,
  build: {
    outDir: "../../dist/site",
    emptyOutDir: false,
    target: "es2023",
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    modulePreload: false,
    rolldownOptions: {
      input: `${root}watch.html`,
      output: { entryFileNames: "assets/watch-[hash].js", chunkFileNames: "assets/watch-[name]-[hash].js" },
    },
  },
});
