/** Builds the site. As a server (`npm run dev`) it starts `wrangler dev` beside itself and hands it everything below /api. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";
import { openApi } from "../worker/openapi/document.ts";
import { earlyScript, fileHeaders, lateStylesheet } from "./first-paint.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const project = fileURLToPath(new URL("..", import.meta.url));
/** It runs without a page, shares nothing with the page's scripts, and keeps its name. */
const SERVICE_WORKER = "service-worker";
/** What is fetched later, a file for each part of the app: what is used together comes together. Languages and the parser are their own. */
const PARTS: Readonly<Record<string, RegExp>> = {
  emoji: /\/gemoji\/|\/text\/emoji(?:-names)?\.ts$|\/(?:EmojiPicker|emoji-tools)\.tsx$|\/emoji-picker\.css/,
  background:
    /\/(?:deferred-startup|on-screen-keyboard|delivery|prepare-file|send-file|copy-rows|message-letters|place-toolbar|tooltips|edge-swipe)\.ts$|\/styles\/tooltips\.css|\/(?:Companions|RecoveryOffer|Announcer|TouchMenu|Outage)\.tsx$|\/app\/keyboard\.ts$/,
  highlight: /\/(?:highlight\.js|lowlight|devlop)\/|\/text\/highlight\.ts$/,
  search:
    /\/(?:Switcher|NewDirect|NewChannel|PeoplePicker)\.tsx$|\/switcher-options\.ts$|\/text\/search\.ts$|\/styles\/search\.css/,
  settings: /\/view\/settings\/|\/styles\/(?:settings|choices|credentials|shortcuts)\.css/,
  details:
    /\/view\/details\/|\/styles\/(?:details|empty|pins-files|profile|lightbox)\.css|\/node_modules\/qr\/|\/(?:QrCode|Switch|NewName)\.tsx$|\/(?:MessageMenu|MessagePopup|ReportMessage|WhoReacted|Lightbox|Profile|InvitePeople|BrowseChannels)\.tsx$|\/network\/requests\.ts$|\/occasional-answers\.ts$|\/(?:Empty|UnsentMessages|Stopped|Unavailable|InviteOver)\.tsx$|\/storage\/rescue\.ts$/,
  // The Markdown parser and the screen for newcomers share it, and need no other part.
  shared: /\/protocol\/scripts\.ts$|\/parts\/adopt-styles\.ts$/,
  outside:
    /\/styles\/(?:banners|welcome)\.css|\/(?:Welcome|Outside|NewVersion|NotStored|Banners|Notice)\.tsx$|\/protocol\/names\.ts$/,
  // With what the parts share: it is fetched first. A module belongs to the first part that names it.
  conversation:
    /\/view\/(?:composer|messages|parts|dialogs)\/|\/styles\/(?:dialogs|downloads|menus|options|secrets|touch-menu)\.css|\/node_modules\/idb\/|\/(?:HeadTools|RailTools|RailEdge|TypingLine)\.tsx$|\/web\/(?:state|storage|text\/(?:fold|outside|scripts|completion|format))|\/pwa\/notifications\.ts$/,
};
const WORKER_PORT = 8787;
const SITE_PORT = 5173;

export default defineConfig({
  root,
  plugins: [
    preact(),
    earlyScript(),
    lateStylesheet(),
    fileHeaders(),
    bareImports(),
    preloads(),
    precachedFiles(),
    apiDocument(),
    worker(),
  ],
  build: {
    outDir: "../dist/site",
    emptyOutDir: true,
    target: "es2023",
    // Of 2024: browsers resolve `light-dark()` themselves, for each element by its own theme.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // The first load is one script, and what is loaded later needs nothing but it: there is nothing to preload.
    modulePreload: false,
    rolldownOptions: {
      input: ["index.html", `pwa/${SERVICE_WORKER}.ts`].map((name) => root + name),
      output: {
        entryFileNames: ({ name }) => (name === SERVICE_WORKER ? "[name].js" : "assets/[name]-[hash].js"),
        codeSplitting: {
          groups: [
            {
              name: "index",
              tags: ["$initial"],
              test: (id) => !(/\/workbox-/.test(id) || id.endsWith(`/${SERVICE_WORKER}.ts`)),
            },
            ...Object.entries(PARTS).map(([name, test]) => ({ name, test, includeDependenciesRecursively: false })),
          ],
        },
      },
    },
  },
  server: {
    port: SITE_PORT,
    strictPort: true,
    proxy: { "^/api/": { target: `http://127.0.0.1:${WORKER_PORT}`, ws: true } },
  },
});

/** A part that is loaded later needs no other script and no style: what Vite wraps round its import is 2 KB for nothing. */
function bareImports(): Plugin {
  return {
    name: "flack-bare-imports",
    apply: "build",
    enforce: "pre",
    load: (id) => (id.includes("vite/preload-helper") ? "export const __vitePreload = (load) => load();" : null),
  };
}

/** Fetched beside the first script: what every part begins with, and what `pwa/early.ts` chooses, by whether the device knows a person. */
function preloads(): Plugin {
  return {
    name: "flack-preloads",
    apply: "build",
    transformIndexHtml(_, { bundle = {} }) {
      const link = (name: string, attrs: Record<string, string>, injectTo: "head" | "head-prepend") => {
        const script = Object.values(bundle).find((file) => file.type === "chunk" && file.name === name);
        if (!script) throw new Error(`there is no ${name}`);
        return { tag: "link", attrs: { ...attrs, href: `/${script.fileName}` }, injectTo };
      };
      return [
        link("rolldown-runtime", { rel: "modulepreload" }, "head"),
        link("shared", { rel: "modulepreload" }, "head"),
        // Before the early script, which looks for them.
        link("markdown", { class: "member" }, "head-prepend"),
        link("outside", { class: "newcomer" }, "head-prepend"),
        {
          tag: "link",
          attrs: { class: "newcomer", as: "fetch", crossorigin: true, href: "/api/site" },
          injectTo: "head-prepend",
        },
      ];
    },
  };
}

/** Tells the service worker what the build has made: every file that the app may need without a network, and its content. */
function precachedFiles(): Plugin {
  return {
    name: "flack-precached-files",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      // Emoji are found by their English names without a network: one of the tables of names has 40 KB.
      const made = Object.entries(bundle)
        .filter(([name]) => /\.(?:js|css)$/.test(name) && name !== "service-worker.js")
        .filter(([, file]) => !(file.type === "chunk" && file.moduleIds.some((id) => id.includes("/cldr-"))))
        .map(([name]) => name);
      const copied = ["favicon.svg", "favicon-for-you.svg", "icon-192.png"];
      const contents = [
        ...[...made, "index.html"].sort().map((name) => {
          const file = bundle[name];
          return [name, file === undefined ? "" : file.type === "chunk" ? file.code : file.source] as const;
        }),
        ...copied.map((name) => [name, readFileSync(`${root}public/${name}`)] as const),
      ];
      const hashOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex").slice(0, 12);
      const files = contents.map(([name, content]) => ({
        url: name === "index.html" ? "/" : `/${name}`,
        revision: hashOf(content),
      }));
      const version = hashOf(JSON.stringify(files));
      const worker = bundle["service-worker.js"];
      if (worker?.type !== "chunk") throw new Error("there is no service worker");
      worker.code = `const BUILT=${JSON.stringify({ version, files })};${worker.code}`;
    },
  };
}

/** What programs may ask, at /openapi.json: made of the Worker's schemas, none of which is in the Worker for it. */
function apiDocument(): Plugin {
  return {
    name: "flack-api-document",
    apply: "build",
    generateBundle() {
      const { version }: { version: string } = JSON.parse(readFileSync(`${project}package.json`, "utf8"));
      this.emitFile({ type: "asset", fileName: "openapi.json", source: JSON.stringify(openApi(version)) });
    },
  };
}

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
      // What the build makes a plain script of is one already.
      server.middlewares.use((request, _, next) => {
        if (request.url === "/early.js") request.url = "/pwa/early.ts";
        next();
      });
      server.httpServer?.on("close", () => child?.kill("SIGINT"));
    },
  };
}
