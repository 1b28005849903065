/** Builds the site. As a server (`npm run dev`) it starts `wrangler dev` beside itself and hands it everything below /api. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const project = fileURLToPath(new URL("..", import.meta.url));
const WORKER_PORT = 8787;
const SITE_PORT = 5173;

export default defineConfig({
  root,
  plugins: [preact(), worker()],
  build: {
    outDir: "../dist/site",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
  },
  server: {
    port: SITE_PORT,
    strictPort: true,
    proxy: { "^/api/": { target: `http://127.0.0.1:${WORKER_PORT}`, ws: true } },
  },
});

/** The Worker behind the hot-reloading site; it ends with it. */
function worker(): Plugin {
  let child: ChildProcess | undefined;
  return {
    name: "flack-worker",
    apply: "serve",
    configureServer(server) {
      const allowed = `ALLOWED_ORIGINS:http://localhost:${SITE_PORT},http://127.0.0.1:${SITE_PORT}`;
      child = spawn("npm", ["start", "--", "--port", String(WORKER_PORT), "--var", allowed], {
        cwd: project,
        stdio: "inherit",
      });
      server.httpServer?.on("close", () => child?.kill("SIGINT"));
    },
  };
}
