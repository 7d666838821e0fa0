// What analysts do with remarks, by keyboard.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { accessible, fill, heading, navigation, press, reads, world } from "./world.js";

const it = await world();

/** Sends a response with this remark. The demonstration's campaign releases each by itself, a moment later. */
const respond = (text, language = "en") => {
  const receipt = randomBytes(16).toString("base64url");
  const asked = { cancer_type: "stomach", time_since_treatment: "months_6_to_12", treatments: ["surgery"], sex: null };
  const body = { form_version: 1, language, answers: { ...asked, eating_meals: "mild", remark_your_days: text } };
  return it.call("POST", "/v1/campaigns/world-cancer-day-2027/responses", body, { receipt });
};
const remarks = async (state) => (await it.call("GET", `/v1/remarks?state=${state}`, undefined, it.staff)).items;
/** Waits until so many remarks are released. */
async function released(count) {
  for (let waited = 0; waited < 200; waited++) {
    if ((await remarks("all&limit=200")).length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${count} remarks are not released`);
}
const textOf = (page) => page.$eval("blockquote", (it) => it.textContent);
/** Waits until a remark with these words is at hand and has the focus. */
const atHand = async (page, words) => {
  await reads(page, words, "blockquote");
  await page.waitForFunction(() => document.activeElement.tagName === "ARTICLE");
};

test("an analyst without remarks is told when there will be some", async () => {
  const page = await it.as(["analyst"]);
  await press(page, "Remarks");
  await reads(page, "There is nothing to review.");
  await accessible(page, "no remarks");
});

test("an analyst reviews remarks with single keys, undoes one, shortens one, and is done", async () => {
  await respond("The nights are long.");
  await respond("Nurse Ann Miller called me and it helped.");
  await respond("Soup is what I can eat.");
  await released(3);
  const page = await it.as(["analyst"]);
  await press(page, "Remarks");
  // The most doubtful first; what is marked says why.
  await atHand(page, "Nurse Ann Miller");
  assert.match(await page.$eval("blockquote mark", (it) => it.textContent), /Ann Miller name$/);
  await accessible(page, "a remark");
  // Shortened: the marks are taken out already, and letters are typed, not obeyed.
  await page.keyboard.press("e");
  await page.waitForFunction(() => document.activeElement.id === "field/text");
  assert.match(await page.$eval("[id='field/text']", (field) => field.value), /^\[…\] called me and it helped\.$/);
  await accessible(page, "shorten a remark");
  await fill(page, "/text", "Somebody else called me.");
  await press(page, "Shorten for good and clear");
  await page.waitForSelector("[id='field/text'][aria-invalid]");
  await accessible(page, "a text that is no shortening");
  await page.keyboard.press("Escape");
  await atHand(page, "Nurse Ann Miller");
  await page.keyboard.press("e");
  await page.waitForSelector("[id='field/text']");
  await press(page, "Shorten for good and clear");
  await page.waitForFunction(() => !document.querySelector("blockquote")?.textContent.includes("Miller"));
  await page.waitForFunction(() => document.activeElement.tagName === "ARTICLE");
  assert.deepEqual((await remarks("cleared")).map(({ text }) => text), ["[…] called me and it helped."]);
  // Withheld, and undone.
  const second = await textOf(page);
  await page.keyboard.press("w");
  await reads(page, "Withheld.");
  await page.waitForFunction((text) => document.querySelector("blockquote").textContent !== text, {}, second);
  assert.deepEqual((await remarks("withheld")).map(({ text }) => text), [second]);
  await page.keyboard.press("u");
  await reads(page, "Undone.");
  await atHand(page, second);
  assert.deepEqual(await remarks("withheld"), []);
  // A key with Ctrl is the browser's.
  await page.keyboard.down("Control");
  await page.keyboard.press("u");
  await page.keyboard.up("Control");
  await page.keyboard.press("c");
  await page.waitForFunction((text) => document.querySelector("blockquote")?.textContent !== text, {}, second);
  const third = await textOf(page);
  await page.keyboard.press("s");
  await reads(page, "All done");
  await reads(page, "You reviewed 2 remarks. You skipped 1.");
  await page.waitForFunction(() => document.activeElement.tagName === "H2");
  await accessible(page, "all remarks are done");
  assert.deepEqual((await remarks("pending")).map(({ text }) => text), [third]);
  // Undoing works from here as well, and so does the next round.
  await page.keyboard.press("u");
  await atHand(page, third);
  await page.keyboard.press("s");
  await press(page, "Begin again");
  await atHand(page, third);
});

test("a remark that somebody else reviewed meanwhile is not overwritten", async () => {
  await respond("The mornings are good.");
  await released(4);
  const page = await it.as(["analyst"]);
  await press(page, "Remarks");
  await page.waitForSelector("blockquote");
  const shown = await textOf(page);
  const [remark] = (await remarks("pending")).filter(({ text }) => text === shown);
  await it.call("PATCH", `/v1/remarks/${remark.id}`, { state: "withheld" }, { ...it.staff, "if-match": remark.etag });
  await page.waitForFunction(() => document.activeElement.tagName === "ARTICLE");
  await page.keyboard.press("c");
  await page.waitForSelector(".fault");
  assert.equal((await remarks("withheld")).length, 1);
  await accessible(page, "a remark that has changed");
  await press(page, "Begin again");
  await page.waitForFunction((text) => document.querySelector("blockquote") && document.querySelector("blockquote").textContent !== text, {}, shown);
});

test("remarks are filtered by state, and decided anew", async () => {
  const page = await it.as(["analyst"]);
  await press(page, "Remarks");
  await fill(page, "?state", "withheld");
  await reads(page, "Withheld", "dd");
  await atHand(page, "");
  await page.keyboard.press("c");
  await reads(page, "All done");
  assert.deepEqual(await remarks("withheld"), []);
  await fill(page, "?campaign", "world-cancer-day-2027");
  await reads(page, "There is none in this state.");
});

test("remarks are reviewed in Korean, in the dark, on a narrow screen, with a Korean keyboard", async () => {
  await respond("김영희 간호사 선생님이 전화해 주셨어요.", "ko");
  await released(5);
  const page = await it.as(["analyst"], { language: "ko", dark: true, width: 390 });
  await press(page, "의견");
  await atHand(page, "간호사");
  await accessible(page, "a remark in Korean");
  await page.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ㅈ", code: "KeyW", bubbles: true })));
  await reads(page, "보류했습니다.");
  assert.ok((await remarks("withheld")).some(({ text }) => text.includes("간호사")));
});

test("what is behind the first page comes by itself, each remark once", async () => {
  for (let count = 0; count < 45; count++) await respond(`Day ${count} was long.`);
  await released(50);
  const pending = await remarks("pending&limit=200");
  const page = await it.as(["analyst"]);
  await press(page, "Remarks");
  await page.waitForSelector("blockquote");
  const seen = [];
  for (const _ of pending) {
    seen.push(await textOf(page));
    await page.waitForFunction(() => document.activeElement.tagName === "ARTICLE");
    await page.keyboard.press("s");
    await page.waitForFunction((text) => document.querySelector("blockquote")?.textContent !== text, {}, seen.at(-1));
  }
  await reads(page, `You skipped ${pending.length}.`);
  assert.equal(new Set(seen).size, new Set(pending.map(({ text }) => text)).size);
});

test("nobody but an analyst sees remarks", async () => {
  const page = await it.as(["author", "coordinator", "admin"]);
  assert.equal((await navigation(page)).includes("Remarks"), false);
  await page.goto(`${it.address}/console/remarks`);
  await heading(page, "There is nothing here");
});
