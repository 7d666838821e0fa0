// The respondent's page in Chromium, as on a phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import jsQR from "jsqr";
import { accessible, at, declineRest, fillIn, press, receiptOf, SHOTS, world } from "./world.js";

const it = await world();

test("a person answers on a phone in Korean, and every page is accessible", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.goto(`${it.address}/`);
  await accessible(page, "front");
  await page.goto(`${it.address}/c/${campaign}`);
  await page.waitForSelector(".with-script:not([hidden])");
  await accessible(page, "campaign");
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  await accessible(page, "first section");
  // Nothing is asked of the server while the form is filled in.
  const asked = it.asked.length;
  await press(page, "계속");
  await page.waitForSelector(".summary");
  await accessible(page, "faults");
  assert.equal(await page.evaluate(() => document.activeElement.className), "summary made");
  await page.click(".summary a");
  assert.match(await page.evaluate(() => document.activeElement.id), /^q\./);
  await fillIn(page, async () => page.click("[id='q.cancer_type.stomach']"));
  await accessible(page, "check");
  assert.deepEqual(it.asked.slice(asked).filter(({ method }) => method !== "GET"), []);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  await accessible(page, "sent");
  const receipt = await receiptOf(page);
  const response = await it.own(campaign, receipt);
  assert.equal(response.language, "ko");
  assert.equal(response.answers.cancer_type, "stomach");
  // A reload tells the same, and sends nothing.
  await page.reload();
  await at(page, "감사합니다");
  assert.equal(await receiptOf(page), receipt);
  assert.equal(it.asked.filter(({ method, url }) => method === "POST" && url === `/v1/campaigns/${campaign}/responses`).length, 1);
  await press(page, "내 응답 보기");
  await at(page, "저장된 내용");
  await accessible(page, "own");
  await press(page, "철회하기");
  await at(page, "철회하시겠습니까");
  await accessible(page, "withdraw");
  await press(page, "네, 삭제합니다");
  await at(page, "삭제했습니다");
  await assert.rejects(it.own(campaign, receipt), /410/);
});

test("a reload, the back button and another language in the middle lose nothing", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.goto(`${it.address}/c/${campaign}`);
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  const first = await page.$eval("section.step:not([hidden])", (section) => section.id);
  await page.click("[id='q.cancer_type.stomach']");
  await declineRest(page);
  await press(page, "계속");
  await page.waitForFunction((first) => document.querySelector("section.step:not([hidden])").id !== first, {}, first);
  const second = await page.$eval("section.step:not([hidden])", (section) => section.id);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await page.reload();
  await page.waitForSelector(`[id='${second}']:not([hidden])`);
  await page.goBack();
  await page.waitForSelector(`[id='${first}']:not([hidden])`);
  assert.equal(await page.$eval("[id='q.cancer_type.stomach']", (field) => field.checked), true);
  await press(page, "English");
  await page.waitForFunction(() => document.documentElement.lang === "en");
  assert.equal(await page.$eval("[id='q.cancer_type.stomach']", (field) => field.checked), true);
  await press(page, "한국어");
  await page.waitForFunction(() => document.documentElement.lang === "ko");
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  assert.equal((await it.own(campaign, await receiptOf(page))).answers.cancer_type, "stomach");
});

test("without a network the answers wait, and arrive once when the server is back", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.goto(`${it.address}/c/${campaign}`);
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  it.cut = true;
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "연결을 기다리고 있습니다");
  await accessible(page, "waiting");
  const receipt = await receiptOf(page);
  await it.restart();
  it.cut = false;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await at(page, "감사합니다");
  assert.equal(await receiptOf(page), receipt);
  assert.equal((await it.own(campaign, receipt)).language, "ko");
});

test("with a pass nothing that is sent links the response to the invitation", async () => {
  const campaign = await it.campaign({ access: "pass" });
  const link = `${it.address.replace("127.0.0.1", "localhost")}/c/${campaign}#i={invitation}`;
  const { invitations } = await it.invite(campaign, "", { link });
  const [invitation] = invitations;
  const page = await it.phone();
  const hosts = new Set();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  const from = it.asked.length;
  await page.goto(`${it.address}/c/${campaign}#i=${invitation}`);
  await page.waitForSelector("#begin:not([hidden])");
  assert.equal(await page.evaluate(() => location.href), `${it.address}/c/${campaign}`);
  assert.equal(await page.$eval("#invitation", (field) => field.value), invitation);
  await accessible(page, "campaign with a pass");
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  const receipt = await receiptOf(page);
  const asked = it.asked.slice(from);
  const naming = (text) => asked.filter(({ url, headers, body }) => JSON.stringify([url, headers, body]).includes(text));
  assert.deepEqual(naming(invitation).map(({ url }) => url), [`/v1/campaigns/${campaign}/passes`]);
  const [sent] = asked.filter(({ method, url }) => method === "POST" && url.endsWith("/responses"));
  const pass = /token="([^"]+)"/.exec(sent.headers.authorization)[1];
  assert.deepEqual(naming(pass), [sent]);
  assert.ok(asked.every(({ headers }) => !headers.cookie && !headers.referer));
  // What both requests have in common is what every request of this browser has.
  const [exchanged] = naming(invitation);
  const values = (it) => new Set(Object.entries(it.headers).filter(([name]) => !["host", "connection"].includes(name)).map(([, value]) => value));
  const others = new Set(asked.filter((it) => it !== sent && it !== exchanged).flatMap((it) => [...values(it)]));
  const shared = [...values(sent)].filter((value) => values(exchanged).has(value) && !others.has(value));
  assert.deepEqual(shared, []);
  assert.ok(!naming(receipt).includes(exchanged));
  assert.deepEqual([...hosts], [new URL(it.address).host]);
  // A second person with the same card is told at once.
  const other = await it.phone();
  await other.goto(`${it.address}/c/${campaign}#i=${invitation}`);
  await other.waitForSelector("#begin:not([hidden])");
  await press(other, "시작하기");
  await other.waitForFunction(() => document.querySelector(".told")?.textContent.includes("이미 사용한"));
  await accessible(other, "used invitation");
});

test("the code of a printed card leads to the first question", async () => {
  const campaign = await it.campaign({ access: "pass", title: { ko: "항암 치료를 마친 뒤의 일상생활에 관한 아주 긴 제목의 설문 조사 ".repeat(3), en: "A survey with a title that is far too long for a card ".repeat(4) } });
  const link = `${it.address}/c/${campaign}#i={invitation}`;
  const cards = await it.invite(campaign, "?format=cards", { link, sender: "대전병원 암센터", count: 8 });
  const sheet = await it.browser.newPage();
  await sheet.emulateMediaType("print");
  await sheet.setViewport({ width: 794, height: 1123, deviceScaleFactor: 2 });
  await sheet.setContent(cards);
  if (SHOTS) await sheet.screenshot({ path: `${SHOTS}/cards.png` });
  // Nothing runs into anything else, and nothing out of its card.
  const laid = await sheet.$eval("article", (card) => {
    const box = (element) => element.getBoundingClientRect().toJSON();
    const words = card.querySelector(".words");
    return { card: box(card), parts: [...card.children].map(box), cut: words.scrollHeight - words.clientHeight };
  });
  assert.ok(laid.cut <= 1, `${laid.cut} px of the instructions are cut off`);
  for (const [place, part] of laid.parts.entries()) {
    assert.ok(part.bottom <= laid.card.bottom && part.right <= laid.card.right, `part ${place} leaves its card`);
    for (const other of laid.parts.slice(place + 1)) {
      const apart = part.right <= other.left || other.right <= part.left || part.bottom <= other.top || other.bottom <= part.top;
      assert.ok(apart, `part ${place} runs into another`);
    }
  }
  const picture = await (await sheet.$("article svg")).screenshot({ encoding: "base64" });
  const page = await it.phone();
  // The sheet itself loads nothing, not even a picture of itself.
  const { data, width, height } = await page.evaluate(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return { data: [...canvas.getImageData(0, 0, image.width, image.height).data], width: image.width, height: image.height };
  }, picture);
  const decoded = jsQR(new Uint8ClampedArray(data), width, height).data;
  const code = await sheet.$eval("article .code", (it) => it.textContent);
  assert.equal(decoded, link.replace("{invitation}", code));
  await page.goto(decoded);
  await page.waitForSelector("#begin:not([hidden])");
  assert.ok(!page.url().includes("#"));
  const said = await page.$eval("main", (main) => main.innerText);
  const fingerprint = await sheet.$$eval("article .facts b", (all) => all[all.length - 1].textContent);
  assert.match(fingerprint, /^([0-9a-f]{4} ?){8}$/);
  assert.ok(said.includes(fingerprint));
  await press(page, "시작하기");
  await page.waitForSelector("section.step:not([hidden])");
  await sheet.close();
});

test("nothing is kept on a shared device", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.goto(`${it.address}/c/${campaign}`);
  await page.waitForSelector("#shared", { visible: true });
  await page.click("#shared");
  await press(page, "시작하기");
  await fillIn(page, async () => page.click("[id='q.cancer_type.stomach']"));
  const kept = () =>
    page.evaluate(async () => {
      const open = (name) =>
        new Promise((resolve) => {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => resolve(opening.result);
        });
      const found = [];
      for (const { name } of await indexedDB.databases()) {
        const database = await open(name);
        for (const store of database.objectStoreNames) {
          const all = database.transaction(store).objectStore(store).count();
          await new Promise((resolve) => (all.onsuccess = resolve));
          if (all.result > 0) found.push(store);
        }
        database.close();
      }
      return found;
    });
  assert.deepEqual(await kept(), []);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  assert.deepEqual(await kept(), []);
  await page.reload();
  await page.waitForSelector("#begin");
});

test("two tabs are two people", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  const other = await page.browserContext().newPage();
  for (const tab of [page, other]) {
    await tab.setExtraHTTPHeaders({ "accept-language": "ko" });
    await tab.bringToFront();
    await tab.goto(`${it.address}/c/${campaign}`);
    await press(tab, "시작하기");
    await tab.waitForSelector("section.step:not([hidden])");
  }
  const receipts = [];
  for (const tab of [page, other]) {
    await tab.bringToFront();
    await fillIn(tab);
    await press(tab, "응답 보내기");
    await at(tab, "감사합니다");
    receipts.push(await receiptOf(tab));
  }
  assert.notEqual(receipts[0], receipts[1]);
  for (const receipt of receipts) await it.own(campaign, receipt);
});

test("by keyboard alone", async () => {
  const campaign = await it.campaign();
  const page = await it.phone({ isMobile: false, hasTouch: false });
  await page.goto(`${it.address}/c/${campaign}`);
  await page.waitForSelector(".with-script:not([hidden])");
  const reach = async (wanted) => {
    for (let steps = 0; steps < 200; steps++) {
      await page.keyboard.press("Tab");
      const there = await page.evaluate((wanted) => {
        const element = document.activeElement;
        const name = element.textContent.trim() || element.id;
        const outline = getComputedStyle(element).outlineStyle;
        return (name.includes(wanted) || element.id === wanted) && { outline };
      }, wanted);
      if (there) return assert.notEqual(there.outline, "none", `${wanted} shows no focus`);
    }
    assert.fail(`${wanted} cannot be reached`);
  };
  await reach("시작하기");
  await page.keyboard.press("Enter");
  await page.waitForSelector("section.step:not([hidden])");
  for (let pages = 0; pages < 20; pages++) {
    const ids = await page.$$eval("section.step:not([hidden]) [id^='d.']", (all) => all.filter((it) => it.offsetParent).map((it) => it.id));
    for (const id of ids) {
      const isThere = await page.evaluate((id) => !!document.getElementById(id).offsetParent, id);
      if (!isThere) continue;
      // A group of radio buttons is one stop; arrows lead from one to the next.
      const isRadio = await page.evaluate((id) => document.getElementById(id).type === "radio", id);
      if (isRadio) {
        const first = await page.evaluate((id) => document.querySelector(`[name="${CSS.escape(document.getElementById(id).name)}"]`).id, id);
        await reach(first);
        await page.keyboard.press("ArrowUp");
      } else {
        await reach(id);
        await page.keyboard.press("Space");
      }
      assert.equal(await page.evaluate((id) => document.getElementById(id).checked, id), true, id);
    }
    await reach("계속");
    await page.keyboard.press("Enter");
    if (await page.evaluate(() => [...document.querySelectorAll("h1")].some((h) => h.offsetParent && h.textContent.includes("확인해")))) break;
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  }
  await reach("응답 보내기");
  await page.keyboard.press("Enter");
  await at(page, "감사합니다");
});

test("with scripts off a person answers as well", async () => {
  const campaign = await it.campaign();
  const page = await it.phone();
  await page.setJavaScriptEnabled(false);
  await page.goto(`${it.address}/c/${campaign}`);
  const click = async (selector) => {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  };
  await click("button[value=begin]");
  await click("button[value=next]");
  assert.ok(await page.$("#here.summary"));
  for (let pages = 0; pages < 30 && !(await page.$("button.main[value=send]")); pages++) {
    for (const decline of await page.$$("[id^='d.']")) {
      const isChecked = await decline.evaluate((it) => it.checked).catch(() => false);
      if (!isChecked) await decline.click();
    }
    await click("button[value=next]");
  }
  await click("button.main[value=send]");
  const receipt = await receiptOf(page);
  await page.reload();
  assert.equal(await receiptOf(page), receipt);
  await it.own(campaign, receipt);
});

test("before the first question at most 30 kB travel, and 60 kB in all beside the form", async () => {
  const campaign = await it.campaign({ access: "pass" });
  const { invitations } = await it.invite(campaign);
  const page = await it.phone();
  const client = await page.createCDPSession();
  await client.send("Network.enable");
  const sizes = new Map();
  const urls = new Map();
  client.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, new URL(response.url).pathname));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  const total = (isCounted) => [...sizes].filter(([id]) => isCounted(urls.get(id) ?? "")).reduce((sum, [, size]) => sum + size, 0);
  await page.goto(`${it.address}/c/${campaign}#i=${invitations[0]}`);
  await page.waitForSelector("#begin:not([hidden])");
  await page.waitForNetworkIdle();
  const first = total((path) => !path.startsWith("/v1/"));
  assert.ok(first <= 30_000, `${first} bytes before the first question`);
  await press(page, "시작하기");
  await fillIn(page);
  await press(page, "응답 보내기");
  await at(page, "감사합니다");
  const all = total((path) => !path.startsWith("/v1/") && !path.endsWith("/form"));
  assert.ok(all <= 60_000, `${all} bytes in all`);
  console.log(`${first} bytes before the first question, ${all} in all beside the form`);
});
