// A demonstration, Chromium, and accounts with a role each.

import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { after } from "node:test";
import { pathToFileURL } from "node:url";

// One copy of the browser's driver and of axe: those of the page.
const ofPage = createRequire(new URL("../../page/package.json", import.meta.url));
const { default: puppeteer } = await import(pathToFileURL(ofPage.resolve("puppeteer-core")).href);
const AXE = readFileSync(ofPage.resolve("axe-core/axe.min.js"), "utf8");

export const ROOT = new URL("../../../", import.meta.url).pathname;
const BINARY = process.env.AFTERCARE_BINARY ?? `${ROOT}target/debug/aftercare`;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const PASSWORD = "a password for tests only";
/** A folder with the console, to try a change of it without building the binary again. */
const CONSOLE = process.env.CONSOLE;
/** A folder for pictures of the views. */
export const SHOTS = process.env.SHOTS;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Answers with a console that is in no binary. */
function unbuilt(url, outgoing) {
  const [, file] = /^\/console\/files\/([\w.-]+)/.exec(url) ?? [];
  const kind = file?.endsWith("css") ? "text/css" : file ? "text/javascript" : "text/html; charset=utf-8";
  outgoing.writeHead(200, { "content-type": kind, "content-security-policy": POLICY });
  const html = readFileSync(`${ROOT}templates/console.html`, "utf8")
    .replace(/\{% if[^]*?%\}/, "")
    .replace(/\{% else[^]*?endif -%\}/, "")
    .replace("{{ script }}", "/console/files/console.js")
    .replace("{{ style }}", "/console/files/console.css");
  outgoing.end(file ? readFileSync(`${CONSOLE}/${file}`) : html);
}

export async function world(...options) {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build`);
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing`);
  const folder = mkdtempSync(`${tmpdir()}/aftercare-console-`);
  chmodSync(folder, 0o711);
  const all = ["demo", "--data-dir", folder, "--listen", "127.0.0.1:0", "--metrics-listen", "", "--log", "warn", ...options];
  const child = spawn(BINARY, all, { env: { ...process.env, AFTERCARE_DEMO_PASSWORD: PASSWORD }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const behind = await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      const found = /^listening on http:\/\/127\.0\.0\.1:(\d+)/m.exec(said);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (status) => reject(new Error(`the demonstration ended with ${status}:\n${said}`)));
  });
  const asked = [];
  const proxy = createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method, url, headers } = incoming;
      asked.push({ method, url, headers });
      const isPage = method === "GET" && /^\/console(?!\/(log-in|oidc\/))/.test(url);
      if (CONSOLE && isPage) return unbuilt(url, outgoing);
      const sent = request({ host: "127.0.0.1", port: behind, method, path: url, headers }, (reply) => {
        outgoing.writeHead(reply.statusCode, reply.headers);
        reply.pipe(outgoing);
      });
      sent.on("error", () => incoming.socket.destroy());
      sent.end(Buffer.concat(chunks));
    });
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${proxy.address().port}`;
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--lang=en", "--disable-dev-shm-usage"] });
  after(async () => {
    await browser.close();
    proxy.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
    rmSync(folder, { recursive: true, force: true });
  });
  const call = async (method, path, body, headers = {}) => {
    const reply = await fetch(`http://127.0.0.1:${behind}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text;
  };
  const session = await call("POST", "/v1/sessions", { email: "demo@aftercare.example", password: PASSWORD });
  const staff = { authorization: `Bearer ${session.access_token}` };
  let accounts = 0;
  const it = {
    address,
    browser,
    asked,
    staff,
    call,
    /** A new account with these roles; gives its e-mail address. */
    async account(...roles) {
      const email = `${roles.join(".")}.${accounts++}@clinic.example`;
      await call("POST", "/v1/staff", { email, name: `Test ${roles.join(" and ")}`, roles, password: PASSWORD }, staff);
      return email;
    },
    /** A window of its own, that nobody has logged in to. */
    async window({ dark = false, language = "en", ...view } = {}) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width: 1100, height: 800, ...view });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
      await page.evaluateOnNewDocument((language) => {
        if (!localStorage.getItem("aftercare-console-language")) localStorage.setItem("aftercare-console-language", language);
      }, language);
      page.setDefaultTimeout(20_000);
      page.faults = [];
      page.on("pageerror", (error) => page.faults.push(String(error)));
      page.on("console", (message) => {
        // A refusal of the policy would be one.
        if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) page.faults.push(message.text());
      });
      return page;
    },
    /** A window in which an account with these roles is logged in. */
    async as(roles, more = {}) {
      const page = await it.window(more);
      const email = await it.account(...roles);
      await page.goto(`${address}/console`);
      await logIn(page, email, PASSWORD, more.language);
      return page;
    },
  };
  return it;
}

export async function logIn(page, email, password, language = "en") {
  await page.waitForSelector("input[type=email]");
  await fill(page, "/email", email);
  await fill(page, "/password", password);
  await press(page, language === "ko" ? "로그인" : "Log in");
  await page.waitForSelector("nav");
}

/** Presses the button or follows the link with these words. */
export async function press(page, words) {
  const is = `[normalize-space(.)="${words}" or @aria-label="${words}"]`;
  const path = `xpath/.//*[self::button or self::a]${is}[not(ancestor::dialog[not(@open)])]`;
  const found = await page.waitForSelector(path, { visible: true });
  await found.click();
}

/** The button of the dialog that is open. */
export const confirm = async (page) => (await page.waitForSelector("dialog[open] button[type=submit]", { visible: true })).click();

/** Puts a text in the field of this pointer. */
export async function fill(page, pointer, text) {
  const field = await page.waitForSelector(`[id="field${pointer}"]`, { visible: true });
  await field.evaluate((it, text) => {
    const kind = it instanceof HTMLSelectElement ? HTMLSelectElement : it instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(it, text);
    it.dispatchEvent(new Event(it instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
  }, text);
}

/** Waits until these words are on the page, within an element if one is named. */
export async function reads(page, words, within = "main") {
  try {
    await page.waitForFunction((words, within) => [...document.querySelectorAll(within)].some((it) => it.innerText?.includes(words)), {}, words, within);
  } catch {
    throw new Error(`“${words}” is not there, but:\n${await page.$eval("main", (it) => it.innerText)}`);
  }
}

export const heading = (page, words) => reads(page, words, "h1");

/** The navigation, as its words. */
export const navigation = (page) => page.$$eval("nav a", (links) => links.map((it) => it.textContent));

/** Fails where axe finds something, where the page scrolls sideways, where a target is too small, or where something went wrong. */
export async function accessible(page, where) {
  await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
  const found = await page.evaluate(async (source) => {
    if (!globalThis.axe) (0, eval)(source);
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await globalThis.axe.run(document, { runOnly, iframes: false });
    return result.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3).join(" | ")}`);
  }, AXE);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) found.push(`scrolls sideways by ${wide}`);
  found.push(...page.faults);
  const headings = await page.$$eval("h1", (all) => all.length);
  if (headings !== 1) found.push(`${headings} first headings`);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${where.replace(/\W+/g, "-")}.png`, fullPage: true });
  if (found.length > 0) throw new Error(`${where}:\n${found.join("\n")}`);
}
