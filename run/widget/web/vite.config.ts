/**
 * `vite build` makes what the service serves, in `../assets`: the element, the frame page's script, the bridge for pages
 * around a frame, and the loader; each apart from the others, so that none waits for a file that it shares. The same
 * sources give the same bytes: names carry a hash of the content, and nothing tells of when or where it was built.
 */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type EnvironmentOptions, type Plugin } from "vite";

const OUT = resolve(import.meta.dirname, process.env["WIDGET_ASSETS"] ?? "../assets");
const ENTRIES = { element: "src/index.ts", frame: "src/frame.ts", bridge: "src/bridge.ts", loader: "src/loader.ts" };

function environment(name: keyof typeof ENTRIES, format: "es" | "iife"): EnvironmentOptions {
  return {
    consumer: "client",
    build: {
      outDir: OUT,
      emptyOutDir: false,
      target: "es2021",
      cssTarget: "chrome130",
      modulePreload: false,
      reportCompressedSize: false,
      minify: true,
      lib: { entry: { [name]: ENTRIES[name] }, formats: [format], name: "EarpieceBridge" },
      rolldownOptions: { output: { minify: true, comments: { annotation: false }, entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js" } },
    },
  };
}

/**
 * For the service: `manifest.json` names each entry's file, `platforms.json` says what each host's page must be allowed,
 * and beside each file lie its compressed forms.
 */
function manifest(): Plugin {
  return {
    name: "earpiece-manifest",
    applyToEnvironment: () => false,
    buildApp: {
      order: "post",
      handler() {
        const built = files();
        for (const file of built) compress(join(OUT, file));
        const named = Object.keys(ENTRIES).map((entry) => [entry, built.find((file) => file.startsWith(`${entry}-`))]);
        copyFileSync(resolve(import.meta.dirname, "src/hosts/platforms.json"), join(OUT, "platforms.json"));
        writeFileSync(join(OUT, "manifest.json"), `${JSON.stringify(Object.fromEntries(named), null, 2)}\n`);
        return Promise.resolve();
      },
    },
  };
}

function files(): string[] {
  return readdirSync(OUT, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : [])).sort();
}

function compress(file: string): void {
  const content = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
}

export default defineConfig({
  publicDir: false,
  logLevel: "warn",
  environments: {
    element: environment("element", "es"),
    frame: environment("frame", "es"),
    bridge: environment("bridge", "es"),
    loader: environment("loader", "iife"),
  },
  builder: {
    async buildApp(builder) {
      mkdirSync(OUT, { recursive: true });
      for (const file of files()) rmSync(join(OUT, file)); // the extension has a folder of its own there
      for (const name of Object.keys(ENTRIES)) await builder.build(builder.environments[name]!);
    },
  },
  plugins: [manifest()],
});
