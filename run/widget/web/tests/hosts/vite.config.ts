/** Builds the pages that tests/browser/test_hosts.py opens: `vite build --config tests/hosts/vite.config.ts --outDir DIR`. */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  logLevel: "warn",
  build: {
    target: "es2021",
    emptyOutDir: true,
    modulePreload: false,
    rollupOptions: {
      input: { frame: "tests/hosts/frame_under_test.ts", page: "tests/hosts/page_under_test.ts" },
      output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
