// Logging in and out, one's own account, and what each role sees.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, confirm, fill, heading, logIn, navigation, PASSWORD, press, reads, world } from "./world.js";

const it = await world();

test("somebody logs in, a reload keeps them in, and after logging out nothing is left", async () => {
  const page = await it.window();
  const email = await it.account("author");
  await page.goto(`${it.address}/console`);
  await heading(page, "Log in");
  await accessible(page, "log in");
  await logIn(page, email, PASSWORD);
  await heading(page, "Hello, Test author");
  // The heading takes the focus only where somebody has moved.
  await accessible(page, "home");
  await page.reload();
  await heading(page, "Hello, Test author");
  const kept = await page.evaluate(() => [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join());
  assert.doesNotMatch(kept, /eyJ|[\w-]{43}/, "a token is within reach of scripts");
  const [cookie] = await page.cookies(`${it.address}/console/session`);
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/console/session"]);
  await press(page, "Log out");
  await heading(page, "Log in");
  await reads(page, "You are logged out.");
  await page.reload();
  await heading(page, "Log in");
});

test("a wrong password is told with what to do, and the fault takes the focus", async () => {
  const page = await it.window();
  await page.goto(`${it.address}/console`);
  await fill(page, "/email", "nobody@clinic.example");
  await fill(page, "/password", "a wrong password");
  await press(page, "Log in");
  await reads(page, "", ".fault");
  await page.waitForFunction(() => document.activeElement?.className === "fault" && document.activeElement.innerText.split("\n").filter(Boolean).length >= 2);
  await accessible(page, "wrong password");
});

test("the cookie goes to nothing but the console's session", async () => {
  const page = await it.as(["coordinator"]);
  await page.reload();
  await page.waitForSelector("nav");
  const cookies = it.asked.filter(({ headers }) => headers.cookie?.includes("aftercare-console"));
  assert.ok(cookies.length > 0);
  assert.deepEqual(cookies.filter(({ url }) => !url.startsWith("/console/session")), []);
});

test("a session that was ended elsewhere leads to the log-in page", async () => {
  const page = await it.window();
  const email = await it.account("analyst");
  await page.goto(`${it.address}/console`);
  await logIn(page, email, PASSWORD);
  const elsewhere = await it.call("POST", "/v1/sessions", { email, password: PASSWORD });
  await it.call("DELETE", "/v1/staff/own/sessions/others", undefined, { authorization: `Bearer ${elsewhere.access_token}` });
  await press(page, "Test analyst");
  await reads(page, "Your session has ended.");
});

test("two tabs that open at once both stay logged in", async () => {
  const page = await it.as(["author"]);
  const tabs = await Promise.all([1, 2, 3].map(() => page.browserContext().newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(`${it.address}/console`)));
  await Promise.all(tabs.map((tab) => tab.waitForSelector("nav")));
});

test("one's own password is changed and other sessions are ended", async () => {
  const page = await it.window();
  const email = await it.account("author");
  await it.call("POST", "/v1/sessions", { email, password: PASSWORD });
  await it.call("POST", "/v1/sessions", { email, password: PASSWORD });
  await page.goto(`${it.address}/console`);
  await logIn(page, email, PASSWORD);
  await press(page, "Test author");
  await heading(page, "Own account");
  await page.waitForSelector("table");
  // A screen reader is where the new view begins.
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  await accessible(page, "own account");
  await press(page, "End");
  await reads(page, "The session has ended.");
  await press(page, "End all others");
  await accessible(page, "end all others");
  await confirm(page);
  await reads(page, "All other sessions have ended.");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await fill(page, "/present_password", PASSWORD);
  await fill(page, "/new_password", "short");
  await press(page, "Change the password");
  await page.waitForSelector("[aria-invalid]");
  assert.equal(await page.$eval("[aria-invalid]", (field) => field.id), "field/new_password");
  await accessible(page, "a password that is too short");
  await fill(page, "/new_password", "seven quiet rivers under snow");
  await press(page, "Change the password");
  await reads(page, "The password is changed.");
  await it.call("POST", "/v1/sessions", { email, password: "seven quiet rivers under snow" });
});

test("the console speaks Korean, in the dark and on a narrow screen", async () => {
  const page = await it.as(["admin", "author", "coordinator", "analyst"], { language: "ko", width: 390, height: 800, dark: true });
  await heading(page, "안녕하세요");
  assert.equal(await page.$eval("html", (it) => it.lang), "ko");
  await accessible(page, "home in Korean");
  await press(page, "English");
  await heading(page, "Hello");
  assert.equal(await page.$eval("html", (it) => it.lang), "en");
});

test("a role without a part of the console shows no way there, and no view at its address", async () => {
  for (const [role, shown] of Object.entries({
    coordinator: ["Campaigns", "API keys"],
    author: ["Forms"],
    analyst: ["Remarks", "Figures", "API keys"],
    admin: ["Accounts", "Audit", "API keys"],
  })) {
    const page = await it.as([role]);
    assert.deepEqual(await navigation(page), shown, role);
    for (const view of ["campaigns", "forms", "remarks", "figures", "accounts", "audit", "keys"]) {
      const title = await page.$$eval("nav a", (links) => links.map((it) => it.pathname));
      if (title.includes(`/console/${view}`)) continue;
      await page.goto(`${it.address}/console/${view}`);
      await heading(page, "There is nothing here");
    }
    await accessible(page, `nothing for ${role}`);
  }
});
