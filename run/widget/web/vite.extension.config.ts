/**
 * Builds the extension: `vite build --config vite.extension.config.ts`, into run/widget/assets/extension or --outDir.
 * The worker and the action's page are modules; a content script must be one file. `--mode test` leaves the panel's
 * shadow root open.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, defineConfig } from "vite";
import type { Plugin, UserConfig } from "vite";

const STATIC = ["manifest.json", "managed_schema.json", "pages/action.html", "pages/action.css"];

function shared(mode: string, outDir: string): UserConfig {
  const define = { __SHADOW__: JSON.stringify(mode === "test" ? "open" : "closed") };
  return { configFile: false, publicDir: false, logLevel: "warn", define, build: { target: "es2021", outDir, emptyOutDir: false, modulePreload: false } };
}

/** The content script, and the files that are as they are, beside what the modules became. */
function contentScript(mode: string): Plugin {
  let outDir = "";
  return {
    name: "earpiece-content-script",
    configResolved: (config) => void (outDir = resolve(config.root, config.build.outDir)),
    async closeBundle() {
      const config = shared(mode, outDir);
      const output = { format: "iife", entryFileNames: "content.js", codeSplitting: false } as const;
      // Nothing is loaded later: what Vite would ask of its address is never run.
      await build({ ...config, define: { ...config.define, "import.meta": "({})" }, build: { ...config.build, rollupOptions: { input: "extension/content.ts", output } } });
      for (const name of STATIC) {
        mkdirSync(dirname(join(outDir, name)), { recursive: true });
        copyFileSync(join("extension", name), join(outDir, name));
      }
    },
  };
}

export default defineConfig(({ mode }) => {
  const config = shared(mode, "../assets/extension");
  const output = { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name].js" } as const;
  const input = { worker: "extension/worker.ts", action: "extension/action.ts" };
  return { ...config, plugins: [contentScript(mode)], build: { ...config.build, emptyOutDir: true, rollupOptions: { input, output } } };
});
