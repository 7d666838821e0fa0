// Bundles the console into target/web/console, from where cargo builds it into the binary.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

// One copy of the bundler: that of the client library.
const { build } = createRequire(new URL("../client/package.json", import.meta.url))("esbuild");

process.chdir(new URL(".", import.meta.url).pathname);
/** Another folder is for trying out: cargo does not look there. */
const outdir = process.argv[2] ?? "../../target/web/console";
const { outputFiles } = await build({
  entryPoints: ["src/console.tsx", "src/console.css"],
  absWorkingDir: process.cwd(),
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  target: "es2022",
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
