// What admins do: accounts, API keys, the audit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, confirm, fill, heading, logIn, navigation, PASSWORD, press, reads, world } from "./world.js";

const it = await world();

const entries = async (query) => (await it.call("GET", `/v1/audit?${query}`, undefined, it.staff)).items;
const box = async (page, words) => {
  const label = await page.waitForSelector(`xpath/.//label[normalize-space(.)="${words}"]`, { visible: true });
  await label.click();
};
const account = async (email) => (await it.call("GET", "/v1/staff", undefined, it.staff)).items.find((it) => it.email === email);

test("an admin adds an account with a limit, changes it, sets a password, locks and unlocks it", async () => {
  const page = await it.window();
  await page.goto(`${it.address}/console`);
  await logIn(page, "demo@aftercare.example", PASSWORD);
  await press(page, "Accounts");
  await reads(page, "There is no account but yours.");
  await accessible(page, "accounts");
  await press(page, "Add an account");
  await heading(page, "Add an account");
  await press(page, "Add an account");
  await page.waitForSelector("[id='field/email'][aria-invalid]");
  await accessible(page, "an account with faults");
  const email = "ann@clinic.example";
  await fill(page, "/email", email);
  await fill(page, "/name", "Ann Analyst");
  await fill(page, "/password", "seven quiet rivers under snow");
  await box(page, "Analyst");
  await box(page, "Only these");
  await press(page, "Add an account");
  await reads(page, "Name a form or a campaign", ".fault");
  await fill(page, "/scopes/analyst/forms", "Not a key");
  await press(page, "Add an account");
  await page.waitForSelector("[id='field/scopes/analyst/forms'][aria-invalid]");
  await accessible(page, "an account with a faulty limit");
  await fill(page, "/scopes/analyst/forms", "");
  await fill(page, "/scopes/analyst/campaigns", "world-cancer-day-2027");
  await press(page, "Add an account");
  await heading(page, "Ann Analyst");
  await reads(page, "The account is added.");
  await accessible(page, "an account");
  const made = await account(email);
  assert.deepEqual([made.roles, made.scopes], [["analyst"], { analyst: { forms: [], campaigns: ["world-cancer-day-2027"] } }]);
  // Another role; the limit stays.
  await box(page, "Author");
  await press(page, "Save");
  await reads(page, "The account is changed.");
  const changed = await account(email);
  assert.deepEqual([changed.roles.toSorted(), changed.scopes], [["analyst", "author"], made.scopes]);
  await fill(page, "/password", "nine loud lakes above sand");
  await press(page, "Set a new password");
  await reads(page, "The new password is set.");
  await it.call("POST", "/v1/sessions", { email, password: "nine loud lakes above sand" });
  await press(page, "Lock");
  await accessible(page, "lock an account");
  await confirm(page);
  await reads(page, "The account is locked.");
  await assert.rejects(it.call("POST", "/v1/sessions", { email, password: "nine loud lakes above sand" }), /401/);
  await press(page, "Unlock");
  await reads(page, "The account can log in again.");
  await it.call("POST", "/v1/sessions", { email, password: "nine loud lakes above sand" });
  await press(page, "Accounts");
  await reads(page, "Analyst (world-cancer-day-2027)", "td");
});

test("the last admin cannot lock themselves out", async () => {
  const page = await it.window();
  await page.goto(`${it.address}/console/accounts/${(await account("demo@aftercare.example")).id}`);
  await logIn(page, "demo@aftercare.example", PASSWORD);
  await reads(page, "This is your own account.");
  await press(page, "Lock");
  await confirm(page);
  await page.waitForSelector("dialog[open] .fault");
  await accessible(page, "the last admin");
  assert.equal((await account("demo@aftercare.example")).disabled, false);
});

test("an analyst makes an API key, which is shown once, and revokes it", async () => {
  const page = await it.as(["analyst"]);
  await press(page, "API keys");
  await reads(page, "There is no key yet.");
  assert.equal(await page.$("[id='field?owner']"), null);
  await accessible(page, "no keys");
  await press(page, "Make a key");
  await page.waitForSelector("[id='field/label'][aria-invalid]");
  await fill(page, "/label", "Nightly export");
  await fill(page, "/form", "daily-life-after-treatment");
  await press(page, "Make a key");
  await reads(page, "The key is made.");
  const key = await page.$eval("main input[readonly]", (field) => field.value);
  const opens = (key) => it.call("GET", "/v1/forms/daily-life-after-treatment/codebook.json", undefined, { authorization: `Bearer ${key}` });
  assert.equal((await opens(key)).form, "daily-life-after-treatment");
  await page.waitForSelector("tbody tr");
  await accessible(page, "a new key");
  await page.reload();
  await page.waitForSelector("tbody tr");
  assert.equal((await page.content()).includes(key), false);
  await press(page, "Revoke: Nightly export");
  await accessible(page, "revoke a key");
  await confirm(page);
  await reads(page, "Revoked", "td");
  await assert.rejects(opens(key), /401/);
});

test("an admin sees and revokes the keys of everybody", async () => {
  const email = await it.account("coordinator");
  const { access_token } = await it.call("POST", "/v1/sessions", { email, password: PASSWORD });
  await it.call("POST", "/v1/api-keys", { label: "Counts", role: "coordinator" }, { authorization: `Bearer ${access_token}` });
  const page = await it.as(["admin"], { width: 390 });
  await press(page, "API keys");
  await reads(page, "There is no key yet.");
  await fill(page, "?owner", "all");
  await reads(page, "Test coordinator", "td");
  await accessible(page, "keys of everybody");
  await press(page, "Revoke: Counts");
  await confirm(page);
  await reads(page, "The key is revoked.");
});

test("an admin filters the audit, pages through it, and finds a noted head again", async () => {
  for (let count = 0; count < 60; count++) await it.call("GET", "/v1/remarks?limit=1", undefined, it.staff);
  const page = await it.as(["admin"]);
  await press(page, "Audit");
  await page.waitForSelector("tbody tr");
  await accessible(page, "audit");
  const [newest] = await entries("limit=1");
  await reads(page, `${newest.number}:${newest.hash}`);
  const rows = () => page.$$eval("tbody tr", (all) => all.length);
  assert.equal(await rows(), 50);
  await press(page, "Show more");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 50);
  await fill(page, "?action", "staff_created");
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll("tbody td:nth-child(4)")];
    return shown.length > 0 && shown.every((it) => it.textContent === "Account added");
  });
  assert.equal(await rows(), (await entries("action=staff_created")).length);
  await fill(page, "?from", "2999-01-01");
  await reads(page, "There is no such entry.");
  await accessible(page, "audit without entries");
  // An older head: it holds, unless its hash is another one or its number is not reached yet.
  const head = (await entries("limit=200")).at(-1);
  const look = async (noted, said) => {
    await fill(page, "?head", noted);
    await press(page, "Look for a noted head");
    await reads(page, said, ".told");
  };
  await look(`${head.number}:${head.hash}`, `Entry ${head.number} is still there with the noted hash`);
  await look(`${head.number}:${"0".repeat(64)}`, `Entry ${head.number} has another hash`);
  await look(`999999:${head.hash}`, "Entry 999,999 is not there");
  await look("7", "This is no head");
  await accessible(page, "a noted head");
  // A server that leaves an entry out.
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (!request.url().includes("/v1/audit?limit=200")) return request.continue();
    const items = (await entries("limit=200")).filter((entry) => entry.number !== head.number + 1);
    await request.respond({ contentType: "application/json", body: JSON.stringify({ items, next_cursor: null }) });
  });
  await look(`${head.number}:${head.hash}`, `Entry ${head.number + 1} is missing.`);
});

test("nobody but an admin sees accounts and the audit, and authors see no API keys", async () => {
  const page = await it.as(["author", "coordinator", "analyst"]);
  const shown = await navigation(page);
  assert.deepEqual([shown.includes("Accounts"), shown.includes("Audit")], [false, false]);
  for (const view of ["accounts", "accounts/new", "audit"]) {
    await page.goto(`${it.address}/console/${view}`);
    await heading(page, "There is nothing here");
  }
  const author = await it.as(["author"]);
  await author.goto(`${it.address}/console/keys`);
  await heading(author, "There is nothing here");
});

test("accounts, keys and the audit are worked on in Korean, in the dark, on a narrow screen", async () => {
  const page = await it.as(["admin"], { language: "ko", dark: true, width: 390 });
  const { id } = await account("ann@clinic.example");
  for (const view of ["accounts", "accounts/new", `accounts/${id}`, "keys", "audit"]) {
    await page.goto(`${it.address}/console/${view}`);
    await page.waitForSelector("h1");
    await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
    await accessible(page, `Korean ${view.slice(0, 14)}`);
  }
});
