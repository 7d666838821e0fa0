// What analysts read: the report with its charts, and tables across questions.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { accessible, fill, heading, press, reads, world } from "./world.js";

const it = await world("--responses", "400");
const FORM = "daily-life-after-treatment";
const api = (path) => it.call("GET", `/v1/forms/${FORM}/${path}`, undefined, it.staff);
const percent = (share) => share.toLocaleString("en", { style: "percent", maximumFractionDigits: 1 });
/** The rows of a table, as the texts of their cells. */
const rows = (page, within) => page.$$eval(`${within} tbody tr`, (all) => all.map((row) => [...row.children].map((cell) => cell.innerText.trim())));
const bars = (page, within) => page.$$eval(`${within} tbody tr`, (all) => all.map((row) => Number(row.querySelector("rect.value")?.getAttribute("width") ?? 0)));
const open = async (page, query) => {
  await page.goto(`${it.address}/console/figures/${FORM}/tables${query}`);
  await page.waitForSelector("[id='field?of']");
};

test("an analyst reads the report: every question and score with shares, intervals, bases and bars", async () => {
  const page = await it.as(["analyst"]);
  await press(page, "Figures");
  await press(page, "Daily life after cancer treatment");
  await heading(page, "Daily life after cancer treatment");
  await page.waitForSelector(".item");
  const report = await api("report?language=en");
  assert.deepEqual(await page.$$eval(".item h2", (all) => all.map((it) => it.id)), report.items.map(({ measure }) => measure.name));
  const { measure, overall } = report.items.find(({ measure }) => measure.name === "age_band");
  const expected = overall[0].categories.map(({ code, share, count }) => [
    measure.categories.find((it) => it.code === code).label,
    share ? percent(share.value) : "too few",
    share ? `${percent(share.lower)} – ${percent(share.upper)}` : "",
    String(count),
  ]);
  assert.deepEqual(await rows(page, ".item:has(#age_band)"), expected);
  assert.deepEqual(
    (await bars(page, ".item:has(#age_band)")).map((width) => Math.round(width * 10)),
    overall[0].categories.map(({ share }) => (share ? Math.round(share.value * 1000) : 0)),
  );
  await reads(page, `${overall[0].answered} answers of ${overall[0].responses} responses.`, ".item:has(#age_band)");
  const score = report.items.find(({ measure }) => measure.name === "score_eating");
  const mean = score.overall[0].mean;
  const one = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });
  assert.deepEqual((await rows(page, ".item:has(#score_eating)"))[0], ["Mean", one(mean.value), `${one(mean.lower)} – ${one(mean.upper)}`]);
  await accessible(page, "report");
  await press(page, "Page to print");
  const frame = await (await page.waitForSelector("iframe.sheet")).contentFrame();
  await frame.waitForFunction((text) => document.body?.innerText.includes(text), {}, measure.text);
  await accessible(page, "report to print");
  // From a question to its table.
  await press(page, `Break down: ${score.measure.text}`);
  await heading(page, "Tables");
  await reads(page, score.measure.text, "section h2");
});

test("an analyst breaks a score down by two questions, with a condition, and saves the table", async () => {
  const page = await it.as(["analyst"]);
  await open(page, "");
  await accessible(page, "tables");
  await fill(page, "?of", "score_eating");
  await fill(page, "?by", "sex");
  await fill(page, "?by1", "cancer_type");
  await fill(page, "?where", "living_alone");
  await fill(page, "?answer0", "0");
  await press(page, "Show the table");
  await page.waitForSelector("section tbody tr");
  await page.waitForFunction(() => document.activeElement.tagName === "H2");
  const found = await api("statistics?of=score_eating&by=sex,cancer_type&where=living_alone:0&language=en");
  const label = (dimension, code) => found.by[dimension].categories.find((it) => it.code === code)?.label;
  const one = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });
  const known = found.groups.filter(({ by }) => label(0, by.sex) && label(1, by.cancer_type));
  assert.ok(known.length > 4);
  const shown = new Map((await rows(page, "section")).map((row) => [row[0], row.slice(1)]));
  for (const { by, mean, answered, responses } of known) {
    const cells = [mean ? one(mean.value) : "too few", mean ? `${one(mean.lower)} – ${one(mean.upper)}` : "", String(answered), String(responses)];
    assert.deepEqual(shown.get(`${label(0, by.sex)} · ${label(1, by.cancer_type)}`), cells);
  }
  await accessible(page, "a table");
  // The share of a band instead of the mean.
  await fill(page, "?figure", "some");
  await reads(page, "Some difficulty", "caption");
  const share = known[0].categories.find(({ code }) => code === "some").share;
  const row = (await rows(page, "section")).find(([text]) => text === `${label(0, known[0].by.sex)} · ${label(1, known[0].by.cancer_type)}`);
  assert.equal(row[1], share ? percent(share.value) : "too few");
  // The address shows the same table again.
  await page.reload();
  await page.waitForSelector("section tbody tr");
  assert.equal((await rows(page, "section")).length, found.groups.length);
  await press(page, "Save as CSV");
  await page.waitForFunction(() => !document.querySelector("button[disabled]"));
  const asked = it.asked.findLast(({ url, headers }) => url.includes("/statistics?") && headers.accept === "text/csv");
  assert.match(asked.url, /by=sex%2Ccancer_type/);
});

test("too many dimensions and a table of nobody are told in words", async () => {
  const page = await it.as(["analyst"]);
  await open(page, "?of=sex&by=cancer_type,age_band,month&where=sex:female");
  await page.waitForSelector("[id='field?where'][aria-invalid]");
  await accessible(page, "too many dimensions");
  await open(page, "?of=sex&by=cancer_type&from_week=2099-W01");
  await reads(page, "Every group is too small to be shown.");
  await accessible(page, "a table of nobody");
});

test("changes between campaigns are shown", async () => {
  const at = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const body = { key: "second", form: FORM, title: { ko: "둘째", en: "Second" }, opens_at: at(-1), closes_at: at(9), access: "open" };
  await it.call("POST", "/v1/campaigns", body, it.staff);
  const page = await it.as(["analyst"]);
  await page.goto(`${it.address}/console/figures/${FORM}`);
  await fill(page, "?campaign", "second");
  await reads(page, "No response is released yet");
  await accessible(page, "a report without responses");
  const asked = { cancer_type: "stomach", time_since_treatment: "months_6_to_12", treatments: ["surgery"], sex: "female" };
  for (let count = 0; count < 40; count++) {
    const answers = { ...asked, distress: 9 };
    await it.call("POST", "/v1/campaigns/second/responses", { form_version: 1, language: "en", answers }, { receipt: randomBytes(16).toString("base64url") });
  }
  // They are released a moment later.
  let changes = [];
  for (let tries = 0; tries < 60 && !changes[0]?.mean; tries++) {
    await new Promise((go) => setTimeout(go, 500));
    changes = (await api("statistics?of=distress&by=campaign&language=en")).changes ?? [];
  }
  await open(page, "?of=distress&by=campaign");
  await page.waitForSelector("section h3");
  assert.ok(changes[0].mean.value > 1);
  await reads(page, "→ Second", "section th");
  await reads(page, `+${changes[0].mean.value.toLocaleString("en", { maximumFractionDigits: 2 })}`, "section td");
  await accessible(page, "changes");
  await page.goto(`${it.address}/console/figures/${FORM}`);
  await reads(page, "→ Second", ".item:has(#distress) th");
});

test("the report and tables are read in Korean, in the dark, on a narrow screen", async () => {
  const page = await it.as(["analyst"], { language: "ko", dark: true, width: 390 });
  await page.goto(`${it.address}/console/figures/${FORM}`);
  await page.waitForSelector(".item");
  await reads(page, "어떤 암으로", ".item h2");
  await accessible(page, "Korean report");
  await open(page, "?of=score_energy&by=sex");
  await page.waitForSelector("section tbody tr");
  await accessible(page, "Korean table");
});
