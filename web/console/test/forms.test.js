// What authors do: hand in, mend, publish, compare, retire.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessible, confirm, fill, heading, navigation, press, reads, ROOT, world } from "./world.js";

const it = await world();
const YAML = readFileSync(`${ROOT}tests/forms/every-kind.yaml`, "utf8");

test("an author hands in a form with a fault, finds its place, mends it, publishes it and retires it", async () => {
  const page = await it.as(["author"]);
  assert.deepEqual(await navigation(page), ["Forms"]);
  await press(page, "Forms");
  await reads(page, "There is no draft.");
  await accessible(page, "forms");
  await press(page, "Hand in a form");
  await page.waitForSelector("#file");
  await accessible(page, "hand in a form");
  const small = {
    key: "sleep",
    languages: ["en"],
    title: { en: "Sleep" },
    sections: [{ key: "nights", title: { en: "Nights" }, questions: [{ key: "well", kind: "yes_no", text: {} }] }],
  };
  await fill(page, "", JSON.stringify(small));
  await press(page, "Hand in a form");
  await heading(page, "Sleep");
  await reads(page, "The draft is saved. Faults to mend: 1.");
  await accessible(page, "a draft with a fault");
  await press(page, "/sections/0/questions/0/text");
  const chosen = await page.$eval("textarea", (field) => field.value.slice(field.selectionStart, field.selectionEnd));
  assert.match(chosen, /^ +"text": \{/);
  const text = await page.$eval("[id='field/definition']", (field) => field.value);
  await fill(page, "/definition", text.replace('"text": {}', '"text": {"en": "Do you sleep well?"}'));
  await press(page, "Save");
  await reads(page, "There are no faults.");
  await page.waitForSelector("form[aria-label=Publish]");
  await accessible(page, "a draft without faults");
  await press(page, "Publish");
  await reads(page, "Version 1 is published.");
  await reads(page, "Do you sleep well?");
  await accessible(page, "a published form");
  assert.equal((await it.call("GET", "/v1/forms/sleep?language=*")).version, 1);
  // The next version starts from it. Another kind of answer is another meaning, which needs consent.
  await press(page, "Begin the next version");
  await page.waitForSelector("[id='field/definition']");
  const next = await page.$eval("[id='field/definition']", (field) => field.value);
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  await fill(page, "/definition", next.replace('"kind": "yes_no"', '"kind": "integer", "min": 0, "max": 9'));
  await press(page, "Save");
  await reads(page, "The draft is saved, and has no faults.");
  await press(page, "Publish");
  await reads(page, "no longer means what it meant");
  await accessible(page, "consent to recoding");
  const label = await page.waitForSelector("xpath/.//label[normalize-space(.)='well']");
  await label.click();
  await press(page, "Publish");
  await reads(page, "Version 2 is published.");
  await reads(page, "Recoded");
  await accessible(page, "changes");
  await press(page, "Retire: version 1");
  await accessible(page, "retire a version");
  await confirm(page);
  await reads(page, "Version 1 is retired.");
  const versions = await it.call("GET", "/v1/forms/sleep/versions");
  assert.deepEqual(versions.map((one) => one.state), ["retired", "published"]);
});

test("an author hands in files: YAML, and a workbook that is read with notes or refused", async () => {
  const page = await it.as(["author"], { width: 390 });
  await page.goto(`${it.address}/console/forms/new`);
  const input = await page.waitForSelector("#file");
  await input.uploadFile(`${ROOT}tests/forms/every-kind.yaml`);
  await press(page, "Hand in a form");
  await reads(page, "There are no faults.");
  await accessible(page, "a draft from a file");
  const draft = await it.call("GET", "/v1/forms/every-kind/draft", undefined, it.staff);
  assert.equal(draft.faults.length, 0);
  // A second form with the key is refused, with what to do.
  await page.goto(`${it.address}/console/forms/new`);
  await (await page.waitForSelector("#file")).uploadFile(`${ROOT}tests/forms/every-kind.yaml`);
  await press(page, "Hand in a form");
  await page.waitForFunction(() => document.querySelectorAll(".fault p").length >= 2);
  await page.goto(`${it.address}/console/forms/every-kind`);
  await press(page, "Delete the draft");
  await confirm(page);
  await reads(page, "The draft is deleted.");
  await assert.rejects(it.call("GET", "/v1/forms/every-kind/draft", undefined, it.staff), /form_unknown/);
});

test("of two authors who save at once, the second is told and loses nothing", async () => {
  await it.call("POST", "/v1/forms", YAML, { ...it.staff, "content-type": "application/yaml" });
  const page = await it.as(["author"]);
  await page.goto(`${it.address}/console/forms/every-kind`);
  await page.waitForSelector("[id='field/definition']");
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  const draft = await it.call("GET", "/v1/forms/every-kind/draft", undefined, it.staff);
  const other = { ...draft.definition, title: { ...draft.definition.title, en: "By somebody else" } };
  await it.call("PUT", "/v1/forms/every-kind/draft", other, { ...it.staff, "if-match": "*" });
  const mine = JSON.stringify({ ...draft.definition, title: { ...draft.definition.title, en: "Mine" } }, null, 2);
  await fill(page, "/definition", mine);
  await press(page, "Save");
  await page.waitForSelector(".fault");
  assert.equal(await page.$eval("[id='field/definition']", (field) => field.value), mine);
  assert.equal((await it.call("GET", "/v1/forms/every-kind/draft", undefined, it.staff)).definition.title.en, "By somebody else");
});

test("nobody but an author sees forms, and an author works on them in Korean, in the dark", async () => {
  const others = await it.as(["coordinator", "analyst", "admin"]);
  assert.equal((await navigation(others)).includes("Forms"), false);
  await others.goto(`${it.address}/console/forms/every-kind`);
  await heading(others, "There is nothing here");
  const page = await it.as(["author"], { language: "ko", dark: true, width: 390 });
  for (const view of ["", "/new", "/every-kind", "/daily-life-after-treatment"]) {
    await page.goto(`${it.address}/console/forms${view}`);
    await page.waitForSelector("h1");
    await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
    await accessible(page, `Korean forms${view}`);
  }
});
