// Logging in by the provider of the organisation. That it works is a matter of the server's tests; here it is what people see.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, heading, reads, world } from "./world.js";

// Nothing listens there.
const provider = ["--oidc-issuer", "http://localhost:1/realms/clinic", "--oidc-name", "Clinic", "--oidc-client-id", "aftercare"];
const both = await world(...provider, "--oidc-roles", "claim:groups; author=authors");

test("where there is a provider, its button leads there, beside the password", async () => {
  const page = await both.window();
  await page.goto(`${both.address}/console`);
  await heading(page, "Log in");
  const button = await page.waitForSelector("a.button");
  assert.equal(await button.evaluate((it) => it.innerText), "Log in with Clinic");
  assert.equal(await page.$$eval("input[type=password]", (fields) => fields.length), 1);
  await accessible(page, "log in by provider or password");
  await Promise.all([page.waitForNavigation(), button.click()]);
  await reads(page, "does not work as it should");
  // The browser notes the status of the page.
  assert.deepEqual(page.faults.splice(0).filter((it) => !it.includes("502")), []);
  await accessible(page, "a provider that is down");
  const back = await page.$("a[href='/console']");
  await Promise.all([page.waitForNavigation(), back.click()]);
  await heading(page, "Log in");
});

test("the button speaks Korean", async () => {
  const page = await both.window({ language: "ko", width: 390 });
  await page.goto(`${both.address}/console`);
  await reads(page, "Clinic 계정으로 로그인", "a.button");
  await accessible(page, "log in by provider in Korean");
});
