// Bundles the page's script into target/web/page, from where cargo builds it into the binary.

import { rmSync } from "node:fs";
import { createRequire } from "node:module";

// One copy of the bundler: that of the client library.
const { build } = createRequire(new URL("../client/package.json", import.meta.url))("esbuild");

process.chdir(new URL(".", import.meta.url).pathname);
const outdir = "../../target/web/page";
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: ["src/page.ts", "src/worker.ts"],
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2020",
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
});
