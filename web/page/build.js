// Bundles the page's script into target/web/page, from where cargo builds it into the binary.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

// One copy of the bundler: that of the client library.
const { build } = createRequire(new URL("../client/package.json", import.meta.url))("esbuild");

process.chdir(new URL(".", import.meta.url).pathname);
const outdir = "../../target/web/page";
const { outputFiles } = await build({
  entryPoints: ["src/page.ts", "src/worker.ts"],
  absWorkingDir: process.cwd(),
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2020",
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
  write: false,
});

// A file that is the same is left alone, so that cargo has nothing to do.
mkdirSync(outdir, { recursive: true });
const names = outputFiles.map((file) => basename(file.path));
for (const name of readdirSync(outdir)) {
  if (!names.includes(name)) rmSync(join(outdir, name));
}
for (const { path, contents } of outputFiles) {
  const file = join(outdir, basename(path));
  if (!existsSync(file) || !readFileSync(file).equals(contents)) writeFileSync(file, contents);
}
