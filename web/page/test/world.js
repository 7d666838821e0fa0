// A demonstration, Chromium with a window of a phone, and what both were asked for.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { after } from "node:test";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

const ROOT = new URL("../../../", import.meta.url).pathname;
const BINARY = process.env.AFTERCARE_BINARY ?? `${ROOT}target/debug/aftercare`;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PASSWORD = "a password for tests only";
/** A folder with the script, to try a change of it without building the binary again. */
const PAGE = process.env.PAGE;
/** A folder for pictures of the pages. */
export const SHOTS = process.env.SHOTS;

/** A server that can be stopped and started again on its port, and a proxy before it that can be cut off. */
export async function world() {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build`);
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing`);
  const folder = mkdtempSync(`${tmpdir()}/aftercare-page-`);
  chmodSync(folder, 0o711);
  // `cut` loses every request, `lose` the answers to some; `hold` keeps some from going on, `change` changes their headers, and
  // `answer` answers them with a status of its own.
  const world = { cut: false, lose: () => false, hold: async () => {}, change: () => {}, answer: () => undefined, asked: [] };
  const begin = async () => {
    const options = ["demo", "--data-dir", folder, "--listen", "127.0.0.1:0", "--metrics-listen", "", "--log", "warn"];
    world.child = spawn(BINARY, options, {
      env: { ...process.env, AFTERCARE_DEMO_PASSWORD: PASSWORD, AFTERCARE_SUBMISSIONS_PER_MINUTE: "100000" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    world.behind = await new Promise((resolve, reject) => {
      const hear = (chunk) => {
        said += chunk;
        const found = /^listening on http:\/\/127\.0\.0\.1:(\d+)/m.exec(said);
        if (found) resolve(Number(found[1]));
      };
      world.child.stdout.on("data", hear);
      world.child.stderr.on("data", hear);
      world.child.on("exit", (status) => reject(new Error(`the demonstration ended with ${status}:\n${said}`)));
    });
  };
  const end = () =>
    new Promise((resolve) => {
      world.child.once("exit", resolve);
      world.child.kill("SIGTERM");
    });
  await begin();
  const proxy = createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", async () => {
      const body = Buffer.concat(chunks);
      const { method, url, headers } = incoming;
      world.asked.push({ method, url, headers, body: body.toString() });
      if (world.cut) return incoming.socket.destroy();
      const script = /^\/page\/([\w-]+\.js)/.exec(url);
      if (PAGE && script) {
        const policy = "default-src 'none'; connect-src 'self'";
        outgoing.writeHead(200, { "content-type": "text/javascript", "service-worker-allowed": "/c/", "content-security-policy": policy });
        return outgoing.end(readFileSync(`${PAGE}/${script[1]}`));
      }
      await world.hold(url);
      const status = world.answer(url);
      if (status) return outgoing.writeHead(status).end("a proxy");
      world.change(url, headers);
      const sent = request({ host: "127.0.0.1", port: world.behind, method, path: url, headers }, (reply) => {
        if (world.lose(url)) return void reply.resume().on("end", () => incoming.socket.destroy());
        outgoing.writeHead(reply.statusCode, reply.headers);
        reply.pipe(outgoing);
      });
      sent.on("error", () => incoming.socket.destroy());
      sent.end(body);
    });
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${proxy.address().port}`;
  const browser = await puppeteer.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--lang=ko", "--disable-dev-shm-usage"],
  });
  after(async () => {
    await browser.close();
    proxy.close();
    proxy.closeAllConnections();
    await end();
    rmSync(folder, { recursive: true, force: true });
  });
  const call = async (method, path, body, headers = {}) => {
    const reply = await fetch(`http://127.0.0.1:${world.behind}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text.startsWith("{") ? JSON.parse(text) : text;
  };
  const staff = {};
  const logIn = async () => {
    const session = await call("POST", "/v1/sessions", { email: "demo@aftercare.example", password: PASSWORD });
    staff.authorization = `Bearer ${session.access_token}`;
  };
  await logIn();
  let campaigns = 0;
  return Object.assign(world, {
    address,
    browser,
    staff,
    call,
    async restart() {
      await end();
      await begin();
      await logIn();
    },
    async campaign(more = {}) {
      const key = `page-${campaigns++}`;
      const at = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
      const title = { ko: "치료 뒤의 하루", en: "Days after treatment" };
      const form = "daily-life-after-treatment";
      await call("POST", "/v1/campaigns", { key, form, title, opens_at: at(-1), closes_at: at(30), ...more }, staff);
      return key;
    },
    own: (campaign, receipt) => call("GET", `/v1/campaigns/${campaign}/responses/own`, undefined, { receipt }),
    close: (campaign) => call("POST", `/v1/campaigns/${campaign}/close`, undefined, staff),
    async invite(campaign, query = "", more = {}) {
      return call("POST", `/v1/campaigns/${campaign}/invitations${query}`, { count: 1, ...more }, staff);
    },
    /** A phone, held upright, of somebody who reads Korean. */
    async phone(more = {}) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width: 360, height: 740, deviceScaleFactor: 1, isMobile: true, hasTouch: true, ...more });
      await page.setExtraHTTPHeaders({ "accept-language": "ko" });
      page.setDefaultTimeout(20_000);
      page.on("pageerror", (error) => {
        throw error;
      });
      return page;
    },
  });
}

/** Presses a button of the page that is there now, by its words. */
export async function press(page, words) {
  const found = await page.waitForSelector(`xpath/.//button[contains(normalize-space(.), "${words}")][not(@aria-hidden)]`, { visible: true });
  await found.click();
}

export const heading = (page) => page.$eval("h1:not([hidden] *)", (it) => it.textContent);

/** Waits until the heading has these words. */
export async function at(page, words) {
  await page.waitForFunction(
    (words) => [...document.querySelectorAll("h1")].some((it) => it.offsetParent && it.textContent.includes(words)),
    {},
    words,
  );
}

/** Declines whatever is asked on this page and is not answered. */
export const declineRest = (page) =>
  page.evaluate(() => {
    for (const group of document.querySelectorAll("fieldset.question")) {
      if (!group.offsetParent) continue;
      const isAnswered = [...group.querySelectorAll("input")].some((it) => it.checked || (it.type === "text" && it.value));
      const decline = group.querySelector("[id^='d.']");
      if (!isAnswered && decline && !decline.checked) decline.click();
    }
  });

/** Fails where axe finds something, or where the page scrolls sideways. */
export async function accessible(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      // The words of a chrome in another language are marked; the page has one landmark and no more.
      rules: { region: { enabled: false } },
    });
    return result.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  });
  if (found.length > 0) throw new Error(`${where}:\n${found.join("\n")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) throw new Error(`${where}: scrolls sideways by ${wide}`);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${where.replace(/\W+/g, "-")}.png`, fullPage: true });
}

/** From the first page to the check page, with everything declined but what `first` does on the first section. */
export async function fillIn(page, first = async () => {}) {
  await page.waitForSelector("section.step:not([hidden]), input[name=at]");
  await first(page);
  for (let pages = 0; pages < 20; pages++) {
    await declineRest(page);
    const before = await page.$eval("main", (main) => main.innerText);
    await press(page, "계속");
    await page.waitForFunction((before) => document.querySelector("main")?.innerText !== before, {}, before);
    const summary = await page.$(".summary");
    if (summary) assert.fail(await summary.evaluate((element) => element.innerText));
    if (await page.evaluate(() => [...document.querySelectorAll("h1")].some((h) => h.offsetParent && h.textContent.includes("확인해")))) return;
  }
  assert.fail("the form has no end");
}

export const receiptOf = (page) => page.$eval("#receipt", (element) => element.textContent);
