// What coordinators do: campaigns and invitations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, confirm, fill, heading, navigation, press, reads, world } from "./world.js";

const it = await world();

const shownTo = async (page) => (await navigation(page)).includes("Campaigns");

test("a coordinator creates a campaign, reads its statement, changes it and closes it", async () => {
  const page = await it.as(["coordinator"]);
  assert.equal(await shownTo(page), true);
  await press(page, "Campaigns");
  await heading(page, "Campaigns");
  await page.waitForSelector("tbody tr");
  await accessible(page, "campaigns");
  await press(page, "Create a campaign");
  await page.waitForSelector("[id='field/key']");
  await accessible(page, "create a campaign");
  // What the server refuses is told at the field.
  await fill(page, "/key", "Not A Key");
  await fill(page, "/title/en", "Spring");
  await fill(page, "/title/ko", "봄");
  await press(page, "Create a campaign");
  await page.waitForSelector("[id='field/key'][aria-invalid]");
  await accessible(page, "a campaign with a fault");
  await fill(page, "/key", "spring");
  await page.click("[id$='pass']");
  await press(page, "Create a campaign");
  await heading(page, "Spring");
  await reads(page, "The campaign is created.");
  const made = await it.call("GET", "/v1/campaigns/spring");
  assert.deepEqual([made.access, made.state, made.release_size, made.form_version], ["pass", "upcoming", 10, null]);
  // The statement stands there as the API gives it, in both languages.
  await page.waitForSelector(".statement");
  for (const { text } of made.privacy.sentences) {
    await reads(page, text.en);
    await reads(page, text.ko);
  }
  await reads(page, "Rounded down to a multiple of");
  await accessible(page, "a campaign");
  await press(page, "Change");
  await heading(page, "Change the campaign");
  await fill(page, "/release_size", "20");
  await accessible(page, "change a campaign");
  await press(page, "Save");
  await reads(page, "The campaign is changed.");
  const changed = await it.call("GET", "/v1/campaigns/spring");
  assert.deepEqual({ ...changed, release_size: 0, privacy: 0 }, { ...made, release_size: 0, privacy: 0 });
  assert.equal(changed.release_size, 20);
  await press(page, "Close");
  await accessible(page, "close a campaign");
  await confirm(page);
  await reads(page, "The campaign is closed.");
  assert.equal((await it.call("GET", "/v1/campaigns/spring")).state, "closed");
  await page.waitForFunction(() => ![...document.querySelectorAll("main a, main button")].some((it) => ["Change", "Close"].includes(it.textContent)));
});

test("a coordinator makes invitations, has the sheet to print, and revokes them", async () => {
  const at = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const form = "daily-life-after-treatment";
  const body = { key: "invited", form, title: { ko: "초대", en: "Invited" }, opens_at: at(-1), closes_at: at(9), access: "code" };
  await it.call("POST", "/v1/campaigns", body, it.staff);
  const page = await it.as(["coordinator"], { width: 390 });
  await page.goto(`${it.address}/console/campaigns/invited`);
  await press(page, "Invitations");
  await reads(page, "There are no invitations yet.");
  await accessible(page, "no invitations");
  await fill(page, "/count", "3");
  await fill(page, "/label", "First letter");
  await fill(page, "/sender", "Clinic of the tests");
  await press(page, "Make invitations");
  const frame = await page.waitForSelector("iframe.sheet");
  const sheet = await frame.contentFrame();
  await sheet.waitForFunction(() => document.body?.innerText.includes("Clinic of the tests"));
  // It looks as it is printed: its style is there, and the codes are as large as the style says.
  const [codes, sheets, font] = await sheet.evaluate(() => [
    document.body.innerText.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/g),
    document.adoptedStyleSheets.map((it) => it.cssRules.length),
    document.querySelectorAll("svg").length,
  ]);
  assert.equal(new Set(codes).size, 3);
  assert.ok(sheets[0] > 3, "the sheet has no style");
  assert.equal(font, 3, "a card has no code to scan");
  await reads(page, "3 made, 0 or more used");
  await accessible(page, "invitations");
  // They open the page, and are not shown a second time.
  await page.reload();
  await page.waitForSelector("tbody tr");
  assert.equal(await page.$("iframe"), null);
  await press(page, "Revoke: First letter");
  await accessible(page, "revoke invitations");
  await confirm(page);
  await reads(page, "are revoked.");
  const list = await it.call("GET", "/v1/campaigns/invited/invitations", undefined, it.staff);
  assert.ok(list.items[0].revoked_at);
});

test("a coordinator who is limited to a campaign sees no other", async () => {
  const page = await it.window();
  const email = "limited@clinic.example";
  const account = { email, name: "Limited", roles: ["coordinator"], scopes: { coordinator: { campaigns: ["invited"] } }, password: "a password for tests only" };
  await it.call("POST", "/v1/staff", account, it.staff);
  await page.goto(`${it.address}/console/campaigns`);
  const { logIn } = await import("./world.js");
  await logIn(page, email, account.password);
  await page.waitForSelector("tbody tr");
  assert.deepEqual(await page.$$eval("tbody th", (cells) => cells.map((it) => it.textContent)), ["Invited"]);
});

test("nobody but a coordinator sees campaigns", async () => {
  const page = await it.as(["author", "analyst", "admin"]);
  assert.equal(await shownTo(page), false);
  for (const view of ["", "/new", "/invited", "/invited/change", "/invited/invitations"]) {
    await page.goto(`${it.address}/console/campaigns${view}`);
    await heading(page, "There is nothing here");
  }
});

test("campaigns and invitations are worked on in Korean, in the dark", async () => {
  const page = await it.as(["coordinator"], { language: "ko", dark: true, width: 390 });
  for (const view of ["", "/new", "/invited", "/invited/change", "/invited/invitations"]) {
    await page.goto(`${it.address}/console/campaigns${view}`);
    await page.waitForSelector("h1");
    await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
    await accessible(page, `Korean campaigns${view}`);
  }
});
