// What goes wrong at the respondent's page: tabs, networks, storage, and people who come one after the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, at, declineRest, fillIn, press, receiptOf, world } from "./world.js";

const it = await world();

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const isChecked = (page, option) => page.$eval(`[id='q.cancer_type.${option}']`, (field) => field.checked);
const choose = (page, option) => page.click(`[id='q.cancer_type.${option}']`);
const said = (page) => page.$eval("main", (main) => main.innerText);

/** Waits for words anywhere on the page. */
const hears = (page, words) =>
  page.waitForFunction((words) => document.querySelector("main")?.innerText.includes(words), {}, words);

async function begin(page, campaign, card = "") {
  await page.goto(`${it.address}/c/${campaign}${card && `#i=${card}`}`);
  await page.waitForSelector(".with-script:not([hidden])");
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
}

/** A duplicate of a tab: the browser copies what the session holds. */
async function duplicate(page, shown = "section.step:not([hidden])") {
  const opened = page.browserContext().waitForTarget((target) => target.opener() === page.target());
  await page.evaluate(() => void open(location.href));
  const other = await (await opened).page();
  await other.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
  await other.waitForSelector(shown);
  return other;
}

const sentTo = (campaign) =>
  it.asked.filter(({ method, url }) => method === "POST" && url === `/v1/campaigns/${campaign}/responses`);

test("of two tabs with one draft, the one that is overtaken says so, and what is sent is what stands in its tab", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await begin(page, campaign);
  await choose(page, "stomach");
  await pause(600);
  const other = await duplicate(page);
  assert.equal(await isChecked(other, "stomach"), true);
  await choose(other, "breast");
  await pause(600);
  await page.bringToFront();
  await at(page, "다른 탭에서 이어지고");
  await accessible(page, "another tab goes on");
  assert.equal(await page.$("section.step"), null);
  await press(page, "이 탭에서 계속하기");
  await page.waitForSelector("section.step:not([hidden])");
  assert.equal(await isChecked(page, "breast"), true, "what the other tab has is shown");
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  const response = await it.own(campaign, await receiptOf(page));
  assert.equal(response.answers.cancer_type, "breast");
  assert.equal(sentTo(campaign).length, 1);
});

test("a tab that heard nothing of the other one sends nothing but what it shows, which is nothing once it is overtaken", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.evaluateOnNewDocument(() => delete globalThis.BroadcastChannel);
  await begin(page, campaign);
  await fillIn(page, () => choose(page, "stomach"));
  await pause(600);
  const other = await duplicate(page, "button[value=send]");
  await press(other, "이전");
  await pause(600);
  await page.bringToFront();
  await press(page, "응답 보내기");
  await at(page, "다른 탭에서 이어지고");
  assert.deepEqual(sentTo(campaign), []);
});

test("a pass whose answer is lost is asked for again by the same request, also after a reload", async () => {
  const campaign = await it.campaign({ access: "pass" });
  const { invitations } = await it.invite(campaign, "", { count: 2 });
  for (const [number, card] of invitations.entries()) {
    const page = await it.phone();
    const asked = () => it.asked.filter(({ url, headers }) => url.endsWith("/passes") && headers.invitation === card);
    let lost = 0;
    it.lose = (url) => url.endsWith("/passes") && (number === 0 || lost++ === 0);
    await page.goto(`${it.address}/c/${campaign}#i=${card}`);
    await press(page, "시작하기");
    if (number === 0) {
      await page.waitForFunction(() => document.querySelector(".told")?.textContent.includes("연결되어 있지"));
      it.lose = () => false;
      await press(page, "시작하기");
    } else {
      // In the middle of it, while the first answer is being lost.
      while (asked().length === 0) await pause(20);
      await page.reload();
    }
    await page.waitForSelector("section.step:not([hidden])");
    await fillIn(page);
    await press(page, "응답 보내기");
    await at(page, "감사합니다");
    assert.ok(asked().length >= 2);
    assert.equal(new Set(asked().map(({ body }) => body)).size, 1, "every request for a pass is the same");
    await it.own(campaign, await receiptOf(page));
  }
});

test("what waits is sent from any page, and the page says what became of it", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await begin(page, campaign);
  await fillIn(page);
  it.cut = true;
  await press(page, "응답 보내기");
  await at(page, "연결을 기다리고 있습니다");
  const receipt = await receiptOf(page);
  // The first page comes, and responses do not, for a while.
  it.cut = false;
  it.hold = (url) => (url.endsWith("/responses") ? pause(1500) : undefined);
  await page.goto(`${it.address}/`);
  await hears(page, "연결을 기다리고 있습니다");
  await accessible(page, "something waits");
  await hears(page, "잘 도착했습니다");
  it.hold = async () => {};
  await it.own(campaign, receipt);
  await page.click("[data-kept=sent] a");
  await at(page, "감사합니다");
  assert.equal(await receiptOf(page), receipt);
});

test("what waited until the campaign was over is told to be refused, with the reason and a way out", async () => {
  const campaign = await it.campaign({ grace_days: 0 });
  const page = await it.phone();
  await begin(page, campaign);
  await fillIn(page);
  it.cut = true;
  await press(page, "응답 보내기");
  await at(page, "연결을 기다리고 있습니다");
  await it.close(campaign);
  it.cut = false;
  await page.goto(`${it.address}/`);
  await hears(page, "보내지 못했습니다");
  await page.click("[data-kept=refused] a");
  await hears(page, "이 설문은 끝나서");
  await accessible(page, "refused since it is over");
  await press(page, "처음부터 시작하기");
  await hears(page, "이 설문은 끝났습니다");
  await page.goto(`${it.address}/`);
  await page.waitForSelector("h1");
  assert.doesNotMatch(await said(page), /보내지 못했습니다/);
});

for (const [what, deny] of [
  ["the database", () => (IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); })],
  ["the session", () => Object.defineProperty(globalThis, "sessionStorage", { get: () => { throw new DOMException("denied", "SecurityError"); } })],
]) {
  test(`where the browser denies ${what}, the page says so, and everything else works`, async () => {
    const campaign = await it.campaign({ access: "pass" });
    const { invitations: [card] } = await it.invite(campaign);
    const page = await it.phone();
    await page.evaluateOnNewDocument(deny);
    await begin(page, campaign, card);
    await hears(page, "답이 화면에만 있습니다");
    await accessible(page, `without ${what}`);
    await choose(page, "stomach");
    await press(page, "English");
    await page.waitForFunction(() => document.documentElement.lang === "en");
    assert.equal(await isChecked(page, "stomach"), true);
    assert.match(await said(page), /on the screen only/);
    await press(page, "한국어");
    await page.waitForFunction(() => document.documentElement.lang === "ko");
    await fillIn(page);
    await press(page, "응답 보내기");
    await at(page, "감사합니다");
    assert.equal((await it.own(campaign, await receiptOf(page))).answers.cancer_type, "stomach");
  });
}

test("a database that is lost in the middle loses nothing of what is on the screen", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await begin(page, campaign);
  await choose(page, "stomach");
  await pause(600);
  const client = await page.createCDPSession();
  await client.send("Storage.clearDataForOrigin", { origin: it.address, storageTypes: "indexeddb" });
  await choose(page, "breast");
  await hears(page, "답이 화면에만 있습니다");
  await press(page, "English");
  await page.waitForFunction(() => document.documentElement.lang === "en");
  assert.equal(await isChecked(page, "breast"), true);
  await press(page, "한국어");
  await page.waitForFunction(() => document.documentElement.lang === "ko");
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  assert.equal((await it.own(campaign, await receiptOf(page))).answers.cancer_type, "breast");
});

test("another language that does not come for want of a network leaves the form as it is", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await begin(page, campaign);
  await choose(page, "stomach");
  it.cut = true;
  await press(page, "English");
  await hears(page, "연결되어 있지 않습니다");
  it.cut = false;
  assert.equal(await isChecked(page, "stomach"), true);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "ko");
});

for (const access of ["code", "pass"]) {
  test(`with access ${access}, an invitation that is refused at the end can be replaced by another one`, async () => {
    const campaign = await it.campaign({ access });
    const { invitations: [used, other] } = await it.invite(campaign, "", { count: 2 });
    const page = await it.phone();
    await begin(page, campaign, used);
    await fillIn(page, () => choose(page, "stomach"));
    if (access === "code") {
      const answers = { cancer_type: "stomach", time_since_treatment: "months_6_to_12", distress: 5 };
      const body = { form_version: 1, language: "ko", answers };
      const receipt = "AAECAwQFBgcICQoLDA0ODw";
      await it.call("POST", `/v1/campaigns/${campaign}/responses`, body, { receipt, invitation: used });
    } else {
      // The pass is spoilt on its way, once.
      it.change = (url, headers) => {
        if (!url.endsWith("/responses")) return;
        headers.authorization = headers.authorization.replace(/.{8}"$/, 'AAAAAAAA"');
        it.change = () => {};
      };
    }
    await press(page, "응답 보내기");
    await page.waitForSelector(".summary");
    await accessible(page, `refused ${access}`);
    await press(page, "응답 보내기");
    await hears(page, "초대 코드를 입력해");
    await page.type("#invitation", "ABCD-EFGH-JKMN-PQE5");
    await press(page, "응답 보내기");
    await hears(page, "잘못된 글자");
    await page.$eval("#invitation", (field) => (field.value = ""));
    await page.type("#invitation", other);
    await page.keyboard.press("Enter");
    await at(page, "감사합니다");
    assert.equal((await it.own(campaign, await receiptOf(page))).answers.cancer_type, "stomach");
  });
}

test("a draft that cannot be sent, or is somebody else's, can be deleted to start over", async () => {
  const campaign = await it.campaign({ access: "code" });
  const { invitations: [card] } = await it.invite(campaign);
  const page = await it.phone();
  await begin(page, campaign, card);
  await choose(page, "stomach");
  await pause(600);
  await page.reload();
  await hears(page, "멈추신 곳에서 이어집니다");
  await accessible(page, "gone on");
  await press(page, "지우고 처음부터");
  await page.waitForSelector("#begin:not([hidden])");
  await page.type("#invitation", card);
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  assert.equal(await isChecked(page, "stomach"), false);
});

/** All that the outbox of a page holds, decrypted by the key of its tab. */
const keptBy = (page) =>
  page.evaluate(async () => {
    const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (it) => it.charCodeAt(0));
    const [vault, secret] = sessionStorage.getItem("aftercare-key:aftercare")?.split(":") ?? [];
    const opening = indexedDB.open("aftercare");
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const reading = opening.result.transaction("sheets").objectStore("sheets").getAll();
    await new Promise((resolve) => (reading.onsuccess = resolve));
    opening.result.close();
    if (!secret) return reading.result.map(() => "locked");
    const key = await crypto.subtle.importKey("raw", bytes(secret), "AES-GCM", false, ["decrypt"]);
    const own = reading.result.filter((sheet) => sheet.vault === vault);
    return Promise.all(own.map(async ({ id, iv, box }) => {
      const additionalData = new TextEncoder().encode(id);
      return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, box));
    }));
  });

test("after sending, the device holds the receipt only, and nothing once the person is done", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await begin(page, campaign);
  await choose(page, "stomach");
  await pause(600);
  assert.match((await keptBy(page))[0], /stomach/);
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  const receipt = await receiptOf(page);
  const [kept] = await keptBy(page);
  assert.ok(kept.includes(receipt));
  assert.doesNotMatch(kept, /stomach|q\.cancer_type/);
  // The back button shows no answers.
  await page.evaluate(() => history.back());
  await pause(300);
  assert.equal(await page.$("section.step"), null);
  await press(page, "다 마쳤습니다");
  await page.waitForSelector("#begin:not([hidden])");
  assert.deepEqual(await keptBy(page), []);
  for (let steps = 0; steps < 3; steps++) {
    await page.evaluate(() => history.back());
    await pause(300);
    assert.ok(!(await said(page).catch(() => "")).includes(receipt));
    assert.equal(await page.$("section.step:not([hidden])"), null);
  }
});

test("a new card starts afresh, the same card goes on", async () => {
  const campaign = await it.campaign({ access: "pass" });
  const { invitations: [card, other, third] } = await it.invite(campaign, "", { count: 3 });
  const page = await it.phone();
  await begin(page, campaign, card);
  await choose(page, "stomach");
  await pause(600);
  // The same card once more, while its draft is open.
  await page.evaluate((card) => (location.hash = `i=${card}`), card);
  await hears(page, "멈추신 곳에서 이어집니다");
  assert.equal(await isChecked(page, "stomach"), true);
  assert.ok(!page.url().includes("#"));
  // Somebody else's.
  await page.evaluate((card) => (location.hash = `i=${card}`), other);
  await page.waitForSelector("#begin:not([hidden])");
  assert.ok(!page.url().includes("#"));
  assert.equal(await page.$eval("#invitation", (field) => field.value), other);
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  assert.equal(await isChecked(page, "stomach"), false);
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  const receipt = await receiptOf(page);
  // A card that is of no use takes nobody's receipt away, and shows none.
  await page.goto("about:blank");
  await page.goto(`${it.address}/c/${campaign}#i=${other}`);
  await press(page, "시작하기");
  await hears(page, "이미 사용한");
  assert.ok(!(await said(page)).includes(receipt));
  await page.goto("about:blank");
  await page.goto(`${it.address}/c/${campaign}`);
  await at(page, "감사합니다");
  assert.equal(await receiptOf(page), receipt);
  await page.goto("about:blank");
  await begin(page, campaign, third);
  assert.ok(!(await keptBy(page)).some((kept) => kept.includes(receipt)));
});

test("from the first page an invitation is handed on without an address", async () => {
  const campaign = await it.campaign({ access: "code" });
  const { invitations: [card] } = await it.invite(campaign);
  const page = await it.phone();
  const visited = [];
  page.on("framenavigated", (frame) => visited.push(frame.url()));
  await page.goto(`${it.address}/#i=${card}`);
  await page.waitForFunction(() => !location.hash);
  await page.click(`a[href='/c/${campaign}']`);
  await page.waitForSelector("#begin:not([hidden])");
  assert.equal(await page.$eval("#invitation", (field) => field.value), card);
  assert.deepEqual(visited.filter((url) => url.includes("/c/") && url.includes("#")), []);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("aftercare-invitation")), null);
});

test("the worker keeps no parameters of addresses, and a full disk is no missing network", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.goto(`${it.address}/c/${campaign}`);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.goto(`${it.address}/c/${campaign}?language=ko&ward=7`);
  await page.goto(`${it.address}/c/${campaign}?language=ko`);
  await page.goto(`${it.address}/c/${campaign}`);
  const keys = () =>
    page.evaluate(async () => {
      const found = [];
      for (const name of await caches.keys()) found.push(...(await (await caches.open(name)).keys()).map(({ url }) => url));
      return found;
    });
  const kept = await keys();
  assert.ok(kept.includes(`${it.address}/c/${campaign}`) && kept.includes(`${it.address}/c/${campaign}?language=ko`), kept.join());
  assert.deepEqual(kept.filter((url) => url.includes("ward")), []);
  // Without a network the page is there all the same, with whatever parameters.
  it.cut = true;
  await page.goto(`${it.address}/c/${campaign}?language=ko&ward=7`);
  await page.waitForSelector("#begin:not([hidden])");
  it.cut = false;
  const client = await page.createCDPSession();
  await client.send("Storage.overrideQuotaForOrigin", { origin: it.address, quotaSize: 1 });
  const other = await it.campaign();
  const reply = await page.goto(`${it.address}/c/${other}`);
  assert.equal(reply.status(), 200);
  await page.waitForSelector("#begin:not([hidden])");
  assert.deepEqual((await keys()).filter((url) => url.includes(other)), []);
  await client.send("Storage.overrideQuotaForOrigin", { origin: it.address });
});

test("a refusal without a code is not told as a missing network", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await begin(page, campaign);
  await fillIn(page);
  it.answer = (url) => (url.endsWith("/responses") ? 418 : undefined);
  await press(page, "응답 보내기");
  await page.waitForSelector(".summary");
  it.answer = () => undefined;
  assert.doesNotMatch(await said(page), /인터넷에 연결되어 있지/);
  assert.match(await said(page), /요청을 처리하지 못했습니다/);
});

test("a campaign with passes that is tried out takes no pass, with and without a card", async () => {
  const at_ = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const campaign = await it.campaign({ access: "pass", opens_at: at_(2), testing: true });
  const { invitations: [card] } = await it.invite(campaign);
  for (const given of [card, ""]) {
    const page = await it.phone();
    await begin(page, campaign, given);
    await fillIn(page);
    await press(page, "응답 보내기");
    await at(page, "감사합니다");
    assert.match(await said(page), /연습 응답/);
  }
  assert.deepEqual(it.asked.filter(({ url }) => url === `/v1/campaigns/${campaign}/passes`), []);
});

test("a number is sent as the check page shows it, and one that can be read in two ways is told at its field", async () => {
  const text = (ko) => ({ ko, en: ko });
  const number = (key, kind, more) => ({ key, kind, text: text(key), required: true, ...more });
  const questions = [number("steps", "integer", { min: 0, max: 100000 }), number("weight", "decimal", { min: 0, max: 100000, decimals: 1 })];
  const definition = { key: "numbers", languages: ["ko", "en"], title: text("수"), sections: [{ key: "all", title: text("수"), questions }] };
  await it.call("POST", "/v1/forms", definition, it.staff);
  await it.call("POST", "/v1/forms/numbers/draft/publish", {}, it.staff).catch(() => undefined);
  const campaign = await it.campaign({ form: "numbers" });
  const page = await it.phone();
  await begin(page, campaign);
  await page.type("[id='q.steps']", "10.000");
  await page.type("[id='q.weight']", "10,000");
  await press(page, "계속");
  await page.waitForSelector(".summary");
  assert.equal(await page.$$eval(".faults.made", (all) => all.length), 2);
  const type = async (key, value) => {
    await page.$eval(`[id='q.${key}']`, (field) => (field.value = ""));
    await page.type(`[id='q.${key}']`, value);
  };
  await type("steps", "10,000");
  await type("weight", "61,5");
  await press(page, "계속");
  await at(page, "확인해");
  const checked = await page.$$eval("dd", (all) => all.map((it) => it.textContent));
  assert.deepEqual(checked, ["10000", "61.5"]);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  assert.deepEqual((await it.own(campaign, await receiptOf(page))).answers, { steps: 10000, weight: 61.5 });
});

test("at 320 px and at 400 % nothing scrolls sideways", async () => {
  for (const scale of [1, 4]) {
    const campaign = await it.campaign({ access: "pass", title: { ko: "치료를마친뒤의일상생활에관한설문".repeat(4), en: "Days" } });
    const { invitations: [card] } = await it.invite(campaign);
    // 400 % of a window of 1280 by 1024 px leaves 320 by 256.
    const page = await it.phone({ width: 320, height: scale === 1 ? 568 : 256, deviceScaleFactor: scale, isMobile: scale === 1, hasTouch: scale === 1 });
    const where = (name) => accessible(page, `${name} at ${scale === 1 ? "320 px" : "400 percent"}`);
    await page.goto(`${it.address}/`);
    await where("front");
    await page.goto(`${it.address}/c/${campaign}#i=${card}`);
    await page.waitForSelector("#begin:not([hidden])");
    await where("campaign");
    await press(page, "시작하기");
    await page.waitForSelector("section.step:not([hidden])");
    await press(page, "계속");
    await page.waitForSelector(".summary");
    await where("faults");
    for (let pages = 0; pages < 20; pages++) {
      await declineRest(page);
      await where(`section ${pages}`);
      const before = await said(page);
      await press(page, "계속");
      await page.waitForFunction((before) => document.querySelector("main")?.innerText !== before, {}, before);
      if (await page.$("button[value=send]")) break;
    }
    await where("check");
    await press(page, "응답 보내기");
    await at(page, "감사합니다");
    await where("sent");
    await press(page, "내 응답 보기");
    await at(page, "저장된 내용");
    await where("own");
  }
});
