// Makes the types of the document, the modules and their declarations in dist/, and the tests in build/test/.
// `node build.js sizes` says how large each module is when a page takes it alone, minified. All of them together may not be
// more than MOST: a page on an old phone and a bad network has room for little more.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import openapiTS, { astToString } from "openapi-typescript";

/** In bytes, as brotli compresses them. */
const MOST = 14_000;

const document = new URL("../../openapi/openapi.json", import.meta.url);
const types = new URL("src/generated/api.d.ts", import.meta.url);
const sources = readdirSync(new URL("src", import.meta.url)).filter((name) => name.endsWith(".ts"));

async function makeTypes() {
  const made = existsSync(types) && statSync(types).mtimeMs > statSync(document).mtimeMs;
  if (made) return;
  mkdirSync(new URL(".", types), { recursive: true });
  writeFileSync(types, astToString(await openapiTS(document)));
}

async function makeModules() {
  rmSync("dist", { recursive: true, force: true });
  execFileSync("npx", ["tsc"], { stdio: "inherit" });
  // Declarations name the types of the document by their place beside them.
  mkdirSync("dist/generated", { recursive: true });
  writeFileSync("dist/generated/api.d.ts", readFileSync(types));
}

async function makeTests() {
  rmSync("build", { recursive: true, force: true });
  makeDocs();
  execFileSync("npx", ["tsc", "--project", "test"], { stdio: "inherit" });
  const names = readdirSync("test").filter((name) => name.endsWith(".ts"));
  await bundle(names.map((name) => `test/${name}`), "build/test");
  await bundle(["build/docs/steps.ts"], "build/docs");
}

const bundle = (entryPoints, outdir) =>
  build({
    entryPoints,
    outdir,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });

/** The lines of docs/clients.md, as a program that is checked and run like any other test. */
function makeDocs() {
  const page = readFileSync("../../docs/clients.md", "utf8");
  const from = page.indexOf("\n## With @aftercare/client\n");
  const section = page.slice(from, page.indexOf("\n## ", from + 1));
  const blocks = [...section.matchAll(/```ts\n([^]*?)```/g)].map((block) => block[1]);
  if (blocks.length < 4) throw new Error("docs/clients.md has no lines in TypeScript any more");
  mkdirSync("build/docs", { recursive: true });
  writeFileSync("build/docs/steps.ts", [...blocks, "export { draft, missing, now, outbox, stop };\n"].join("\n"));
}

async function sizes() {
  const modules = sources.map((name) => name.replace(".ts", ""));
  for (const name of modules) {
    const made = await build({
      entryPoints: [`dist/${name}.js`],
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2020",
      write: false,
    });
    const code = made.outputFiles[0].contents;
    const size = (bytes) => String(bytes.length).padStart(7);
    if (name === "index" && brotliCompressSync(code).length > MOST) throw new Error(`the client is larger than ${MOST} B`);
    console.log(`${name.padEnd(12)}${size(code)} B ${size(gzipSync(code, { level: 9 }))} B gzip ${size(brotliCompressSync(code))} B brotli`);
  }
}

process.chdir(new URL(".", import.meta.url).pathname);
if (process.argv[2] === "sizes") {
  await sizes();
} else {
  await makeTypes();
  await makeModules();
  await makeTests();
}
