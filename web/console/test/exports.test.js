// What analysts do: exports, with what masking takes.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { accessible, fill, heading, logIn, navigation, PASSWORD, press, reads, world } from "./world.js";

const it = await world("--responses", "300");
const FORM = "daily-life-after-treatment";
const downloads = mkdtempSync(`${tmpdir()}/aftercare-downloads-`);
after(() => rmSync(downloads, { recursive: true, force: true }));

const audited = async () => (await it.call("GET", "/v1/audit?action=responses_exported&limit=200", undefined, it.staff)).items.length;
/** What the API says of an export. */
const masking = async (query) => {
  const reply = await fetch(`${it.address}/v1/forms/${FORM}/responses.csv?${query}`, { headers: it.staff });
  const text = await reply.text();
  return { figures: Object.fromEntries(reply.headers.get("disclosure-control").split(", ").map((it) => it.split("="))), text };
};
/** The file that the page saves: its name and its bytes. */
async function saved(page) {
  const folder = mkdtempSync(`${downloads}/`);
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, browserContextId: page.browserContext().id });
  await press(page, "Save the file");
  for (let waited = 0; waited < 100; waited++) {
    const [name] = readdirSync(folder).filter((name) => !name.endsWith(".crdownload"));
    if (name) return [name, readFileSync(`${folder}/${name}`)];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("nothing was saved");
}
const shown = (page, term) =>
  page.$$eval("dl.masked div", (rows, term) => rows.find((row) => row.querySelector("dt").textContent.startsWith(term))?.querySelector("dd").textContent, term);
const open = async (page) => {
  await page.goto(`${it.address}/console/figures/${FORM}/export`);
  await page.waitForSelector("[id='field?file']");
};
/** Opens a list and chooses what has these words. */
async function choose(page, list, words) {
  await page.evaluate((list) => ([...document.querySelectorAll("details")].find((it) => it.innerText.startsWith(list)).open = true), list);
  const label = await page.waitForSelector(`xpath/.//details[@open]//label[starts-with(normalize-space(.), "${words}")]`, { visible: true });
  await label.click();
}

test("an analyst sees what masking takes, and then saves the file", async () => {
  const page = await it.as(["analyst"]);
  await press(page, "Figures");
  await page.waitForSelector("tbody tr");
  await accessible(page, "forms with figures");
  await press(page, "Export: Daily life after cancer treatment");
  await heading(page, "Export");
  await page.waitForSelector("[id='field?file']");
  await accessible(page, "export");
  const before = await audited();
  await press(page, "Show what masking takes");
  await reads(page, "The file is ready");
  await page.waitForFunction(() => document.activeElement.tagName === "H2");
  await accessible(page, "what masking takes");
  assert.equal(await audited(), before + 1);
  const { figures, text } = await masking("language=en");
  assert.equal(await shown(page, "Records in the file"), figures.records);
  assert.ok((await shown(page, "Records with a masked cell")).startsWith(`${figures["masked-records"]} of ${figures.records} (`));
  assert.ok(Number(figures["masked-cells"]) > 0);
  assert.ok((await shown(page, "Masked cells")).startsWith(Number(figures["masked-cells"]).toLocaleString("en")));
  assert.equal(await shown(page, "Alike at least"), figures.k);
  const [file, bytes] = await saved(page);
  assert.equal(file, `${FORM}-responses.csv`);
  assert.equal(bytes.toString(), text);
  // Another choice is another file: the old one is not offered any more.
  await fill(page, "?layout", "long");
  await page.waitForFunction(() => !document.querySelector("dl.masked"));
});

test("the choices reach the file", async () => {
  const page = await it.as(["analyst"]);
  await open(page);
  await fill(page, "?k", "20");
  await fill(page, "?values", "labels");
  await fill(page, "?missing", "reasons");
  await choose(page, "Columns", "campaign:");
  await choose(page, "Columns", "eating_meals:");
  await choose(page, "Campaigns", "World Cancer Day");
  const { columns } = await it.call("GET", `/v1/forms/${FORM}/codebook.json?language=en`, undefined, it.staff);
  await choose(page, "Questions to look at for diversity", columns.find(({ column }) => column === "eating_meals").text);
  await accessible(page, "export with choices");
  await press(page, "Show what masking takes");
  await reads(page, "The file is ready");
  assert.equal(await shown(page, "Alike at least"), "20");
  await reads(page, "eating_meals", "tbody th");
  await accessible(page, "diversity");
  const asked = it.asked.findLast(({ url }) => url.startsWith(`/v1/forms/${FORM}/responses.csv?`)).url;
  const query = Object.fromEntries(new URL(asked, it.address).searchParams);
  const wanted = { k: "20", values: "labels", missing: "reasons", columns: "campaign,eating_meals", campaign: "world-cancer-day-2027", sensitive: "eating_meals" };
  assert.deepEqual(query, wanted);
});

test("a week that is none is told at its field, and nothing is made", async () => {
  const page = await it.as(["analyst"]);
  await open(page);
  const before = await audited();
  await fill(page, "?from_week", "2027-W99");
  await press(page, "Show what masking takes");
  await page.waitForSelector("[id='field?from_week'][aria-invalid]");
  await accessible(page, "export with a fault");
  assert.equal(await audited(), before);
});

test("a file that comes slowly can be stopped, and its figures are there before it is", async () => {
  const page = await it.as(["analyst"]);
  await open(page);
  await page.emulateNetworkConditions({ download: 1000, upload: 1_000_000, latency: 0 });
  await press(page, "Show what masking takes");
  await reads(page, "The file is coming");
  assert.equal(await shown(page, "Records in the file"), "300");
  await page.waitForSelector("progress");
  await accessible(page, "a file that is coming");
  await press(page, "Stop");
  await reads(page, "Stopped. Nothing is saved.");
  assert.equal(await page.$("dl.masked"), null);
});

test("every kind of file is made", async () => {
  const page = await it.as(["analyst"]);
  // Nine files, by a program that was not built for speed.
  page.setDefaultTimeout(60_000);
  await open(page);
  const files = await page.$$eval("[id='field?file'] option", (all) => all.map((it) => it.value));
  assert.equal(files.length, 9);
  for (const file of files) {
    await fill(page, "?file", file);
    await press(page, /^(responses|data)/.test(file) ? "Show what masking takes" : "Make the file");
    await reads(page, "The file is ready");
    const [name, bytes] = await saved(page);
    assert.equal(name, `${FORM}-${file}`);
    assert.ok(bytes.length > 0 || file === "remarks.csv");
  }
});

test("an analyst who is limited to another form is told so", async () => {
  const email = "elsewhere@clinic.example";
  const sections = [{ key: "all", title: { en: "All" }, questions: [{ key: "well", kind: "yes_no", text: { en: "Well?" } }] }];
  await it.call("POST", "/v1/forms", { key: "another", languages: ["en"], title: { en: "Another" }, sections }, it.staff);
  await it.call("POST", "/v1/staff", { email, name: "Else", roles: ["analyst"], scopes: { analyst: { forms: ["another"] } }, password: PASSWORD }, it.staff);
  const page = await it.window();
  await page.goto(`${it.address}/console/figures`);
  await logIn(page, email, PASSWORD);
  await reads(page, "There are no figures yet.");
  await accessible(page, "no figures");
  await page.goto(`${it.address}/console/figures/${FORM}/export`);
  await page.waitForSelector(".fault");
});

test("nobody but an analyst sees figures", async () => {
  const page = await it.as(["author", "coordinator", "admin"]);
  assert.equal((await navigation(page)).includes("Figures"), false);
  for (const view of ["", `/${FORM}/export`]) {
    await page.goto(`${it.address}/console/figures${view}`);
    await heading(page, "There is nothing here");
  }
});

test("an export is made in Korean, in the dark, on a narrow screen", async () => {
  const page = await it.as(["analyst"], { language: "ko", dark: true, width: 390 });
  await open(page);
  await accessible(page, "Korean export");
  await press(page, "가려지는 것 보기");
  await reads(page, "파일이 준비되었습니다");
  await accessible(page, "Korean export with figures");
});
