// The outbox before a server, with a network between that loses things, tabs that close, and tabs that do the same thing at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import "fake-indexeddb/auto";
import { call, getCampaign, getForm, ownResponse, sendResponse, withdrawResponse } from "@aftercare/client/api";
import type { Server } from "@aftercare/client/api";
import { Overtaken, WrongPin, forget, isLocked, openOutbox } from "@aftercare/client/outbox";
import type { Entry, KeyChoice, NewEntry, Outbox, OutboxOptions } from "@aftercare/client/outbox";
import { beginPass, getPass } from "@aftercare/client/pass";
import { newReceipt } from "@aftercare/client/receipt";
import { prove } from "@aftercare/client/work";
import { FORM, campaign, demonstration, invitations, network } from "./server.js";
import type { Network, Weather } from "./server.js";

// What a browser has and Node.js has not: a place that ends with the tab, and events of the window.
const kept = new Map<string, string>();
const window = new EventTarget();
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  },
  addEventListener: window.addEventListener.bind(window),
  removeEventListener: window.removeEventListener.bind(window),
});
const closeTab = (): void => kept.clear();

const demo = await demonstration();
const { version } = await getForm(demo.server, FORM);
const GOOD = { cancer_type: "stomach", time_since_treatment: "months_6_to_12", distress: 5 };
const BETTER = { ...GOOD, distress: 3 };
const WRONG = { ...GOOD, distress: 11 };

let count = 0;
/** A name for a database that no other test has. */
const fresh = (): string => `box-${count++}`;
const tab = { tab: true } as const;
const outbox = (name: string, server: Server = demo.server, more: Partial<OutboxOptions> = {}): Promise<Outbox> =>
  openOutbox({ server, key: tab, name, ...more });
const entry = (campaign: string, answers = GOOD, more: Partial<NewEntry> = {}): NewEntry => ({
  campaign,
  form: FORM,
  version,
  language: "en",
  answers,
  ...more,
});
/** How many responses there are of all that a network has seen on its way. */
async function stored(campaign: string, { seen }: Network): Promise<number> {
  const receipts = new Set(seen.filter((it) => it.method === "POST").map((it) => String(it.headers["receipt"])));
  const found = await Promise.allSettled([...receipts].map((receipt) => own(campaign, { receipt })));
  return found.filter((it) => it.status === "fulfilled").length;
}
const own = (campaign: string, { receipt }: Pick<Entry, "receipt">) => ownResponse(demo.server, campaign, receipt);
/** All that lies in a database, as text. */
async function lying(name: string): Promise<string> {
  const open = indexedDB.open(name);
  await new Promise((resolve) => (open.onsuccess = resolve));
  const read = open.result.transaction(["sheets", "vaults"]);
  const all = await Promise.all(
    ["sheets", "vaults"].map(
      (store) => new Promise<unknown[]>((resolve) => (read.objectStore(store).getAll().onsuccess = ({ target }) => resolve((target as IDBRequest).result))),
    ),
  );
  open.result.close();
  const text = (value: unknown): string =>
    value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : ArrayBuffer.isView(value) ? Buffer.from(value.buffer).toString("latin1") : String(value);
  return all.flat().flatMap((it) => Object.values(it as object).map(text)).join("\n");
}
const soon = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  assert.fail("it did not come to pass");
};

test("a draft outlives a reload of its tab, and nobody can read it once the tab is closed", async () => {
  const name = fresh();
  const first = await outbox(name);
  const draft = await first.begin(entry("spring", GOOD, { note: { section: 2 } }));
  assert.match(draft.receipt, /^[\w-]{22}$/);
  await first.save({ ...draft, answers: BETTER });
  first.close();

  const reloaded = await outbox(name);
  const [found] = await reloaded.list();
  assert.deepEqual([found?.answers, found?.receipt, found?.note], [BETTER, draft.receipt, { section: 2 }]);
  reloaded.close();
  const text = await lying(name);
  for (const secret of [draft.receipt, "stomach", "spring", "cancer_type"]) assert.ok(!text.includes(secret), secret);

  closeTab();
  const next = await outbox(name);
  assert.deepEqual(await next.list(), []);
  assert.equal(await next.get(draft.id), undefined);
  next.close();
});

test("what is behind a PIN outlives the tab, and opens with that PIN only", async () => {
  const name = fresh();
  const key: KeyChoice = { pin: "4711" };
  assert.equal(await isLocked(name), false);
  const first = await outbox(name, demo.server, { key });
  const draft = await first.begin(entry("spring"));
  first.close();
  closeTab();
  assert.equal(await isLocked(name), true);
  await assert.rejects(outbox(name, demo.server, { key: { pin: "4712" } }), WrongPin);
  const second = await outbox(name, demo.server, { key });
  assert.equal((await second.get(draft.id))?.receipt, draft.receipt);
  second.close();
  const text = await lying(name);
  for (const secret of [draft.receipt, "stomach", "4711"]) assert.ok(!text.includes(secret), secret);
  await forget(name);
  assert.equal(await isLocked(name), false);
  const third = await outbox(name, demo.server, { key: { pin: "0000" } });
  assert.deepEqual(await third.list(), []);
  third.close();
});

test("a sheet that was put in the place of another one, or damaged, opens nowhere and stops nothing", async () => {
  const [name, key] = [fresh(), await campaign(demo)];
  const box = await outbox(name);
  const [one, other] = [await box.begin(entry(key)), await box.begin(entry(key, BETTER))];
  const open = indexedDB.open(name);
  await new Promise((resolve) => (open.onsuccess = resolve));
  const store = open.result.transaction("sheets", "readwrite").objectStore("sheets");
  const [sheet] = await new Promise<{ id: string }[]>((resolve) => {
    store.getAll().onsuccess = ({ target }) => resolve((target as IDBRequest).result.filter((it: { id: string }) => it.id === one.id));
  });
  open.result.transaction("sheets", "readwrite").objectStore("sheets").put({ ...sheet, id: "forged" });
  open.result.close();
  await box.queue(other.id);
  assert.equal((await box.list()).length, 2);
  await assert.rejects(box.get("forged"));
  assert.deepEqual((await box.send()).map((it) => it.id), [other.id]);
  box.close();
});

for (const lost of ["request lost", "answer lost", "answer broken"] satisfies Weather[]) {
  test(`where the ${lost}, a response is sent again and stored once`, async () => {
    const key = await campaign(demo);
    const bad = await network(demo.server);
    const box = await outbox(fresh(), bad.server);
    const draft = await box.begin(entry(key));
    await box.queue(draft.id);
    bad.weather.push(lost);
    const [failed] = await box.send();
    assert.equal(failed?.state, "queued");
    assert.equal(failed.tries, 1);
    assert.ok(failed.due > Date.now() && failed.due < Date.now() + 1300);
    assert.deepEqual(await box.send(), [], "it is not due yet");
    await soon(async () => (await box.send()).length > 0);
    const sent = await box.get(draft.id);
    assert.equal(sent?.state, "sent");
    assert.equal(sent.reply?.campaign, key);
    assert.equal(await stored(key, bad), 1);
    assert.deepEqual((await own(key, draft)).answers, GOOD);
    box.close();
  });
}

test("a tab that closes in the middle of sending loses nothing and doubles nothing", async () => {
  const [name, key, pin] = [fresh(), await campaign(demo), { key: { pin: "1234" } }];
  const bad = await network(demo.server, { timeout: 500 });
  const first = await outbox(name, bad.server, pin);
  const draft = await first.begin(entry(key));
  await first.queue(draft.id);
  bad.weather.push("answer lost");
  const sending = first.send().catch(() => []);
  await soon(async () => (await stored(key, bad)) === 1);
  first.close(); // what the tab wanted to write now, it cannot write any more
  await sending;
  closeTab();
  const second = await outbox(name, bad.server, pin);
  await soon(async () => (await second.send()).some((it) => it.state === "sent"));
  assert.equal(await stored(key, bad), 1);
  second.close();
});

test("two tabs that send at once store a response once, and both see that it is sent", async () => {
  const [name, key, watched] = [fresh(), await campaign(demo), await network(demo.server)];
  const [one, other] = [await outbox(name, watched.server), await outbox(name, watched.server)];
  const told = new Promise<string>((resolve) => other.onChange(resolve));
  const draft = await one.begin(entry(key));
  await one.queue(draft.id);
  assert.equal(await told, draft.id);
  await Promise.all([one.send(), other.send(), one.send()]);
  assert.equal((await one.get(draft.id))?.state, "sent");
  assert.equal((await other.get(draft.id))?.state, "sent");
  assert.equal(await stored(key, watched), 1);
  one.close();
  other.close();
});

test("two tabs that write one draft do not write over each other", async () => {
  const name = fresh();
  const [one, other] = [await outbox(name), await outbox(name)];
  const draft = await one.begin(entry("spring"));
  await other.save({ ...draft, answers: BETTER });
  await assert.rejects(one.save(draft), Overtaken);
  const newest = await one.get(draft.id);
  assert.deepEqual(newest?.answers, BETTER);
  const race = await Promise.allSettled([one.save(newest), other.save(newest)]);
  assert.deepEqual(race.map((it) => it.status).sort(), ["fulfilled", "rejected"]);
  const queued = await one.queue(draft.id);
  await assert.rejects(other.save(queued), Overtaken, "what is queued is not changed any more");
  await assert.rejects(one.queue(draft.id), /no such entry/);
  await assert.rejects(one.queue(queued), Overtaken);
  one.close();
  other.close();
});

test("of two tabs with one draft, what is sent is what stood in the tab that sends, or nothing", async () => {
  const [name, key] = [fresh(), await campaign(demo)];
  const [one, other] = [await outbox(name), await outbox(name)];
  const draft = await one.begin(entry(key));
  const better = await other.save({ ...draft, answers: BETTER });
  await assert.rejects(one.queue({ ...draft, answers: GOOD }), Overtaken);
  assert.equal((await one.get(draft.id))?.state, "draft");
  await other.queue({ ...better, answers: { ...BETTER, distress: 1 } });
  await other.send();
  assert.equal((await own(key, draft)).answers["distress"], 1);
  one.close();
  other.close();
});

test("what was stored is erased from the device, but for the receipt", async () => {
  const [name, key] = [fresh(), await campaign(demo)];
  const box = await outbox(name, demo.server, { summaries: false });
  const draft = await box.begin(entry(key, GOOD, { note: { pairs: [["q.cancer_type", "stomach"]] } }));
  await box.queue(draft.id);
  const [sent] = await box.send();
  assert.deepEqual([sent?.state, sent?.answers, sent?.note, sent?.credentials], ["sent", {}, undefined, {}]);
  assert.deepEqual([sent?.receipt, sent?.reply], [draft.receipt, undefined]);
  assert.deepEqual((await own(key, draft)).answers, GOOD);
  box.close();
});

test("an invitation that a pass is got for never goes with the response", async () => {
  const key = await campaign(demo, { access: "pass" });
  const [invitation = ""] = await invitations(demo, key, 1);
  const watched = await network(demo.server);
  const box = await outbox(fresh(), watched.server);
  const passRequest = await beginPass((await getCampaign(demo.server, key)).pass!);
  const draft = await box.begin(entry(key, GOOD, { passRequest, credentials: { invitation } }));
  await box.queue(draft.id);
  const [refused] = await box.send();
  assert.equal(refused?.problem?.code, "pass_missing");
  assert.ok(watched.seen.every(({ headers }) => headers["invitation"] === undefined));
  const again = await box.reopen(draft.id);
  const pass = await getPass(demo.server, key, again.credentials.invitation!, again.passRequest!);
  await box.queue({ ...again, credentials: { pass }, passRequest: undefined });
  assert.equal((await box.send())[0]?.state, "sent");
  box.close();
});

test("409: a receipt that another response has, and a campaign that is closed, are refusals for good", async () => {
  const key = await campaign(demo, { grace_days: 0 });
  const box = await outbox(fresh());
  const draft = await box.begin(entry(key));
  await sendResponse(demo.server, key, draft.receipt, { form_version: version, language: "en", answers: BETTER });
  await box.queue(draft.id);
  const [refused] = await box.send();
  assert.deepEqual([refused?.state, refused?.problem?.code], ["refused", "receipt_used"]);
  assert.deepEqual((await own(key, draft)).answers, BETTER);

  await call(demo.server, "post", "/v1/campaigns/{campaign}/close", { path: { campaign: key }, header: demo.staff });
  const late = await box.begin(entry(key));
  await box.queue(late.id);
  const [closed] = await box.send();
  assert.deepEqual([closed?.state, closed?.problem?.code, closed?.answers], ["refused", "campaign_closed", GOOD]);
  assert.deepEqual(await box.send(), [], "it is not tried again");
  box.close();
});

test("410: what was stored and withdrawn in the meantime is done", async () => {
  const key = await campaign(demo);
  const bad = await network(demo.server);
  const box = await outbox(fresh(), bad.server);
  const draft = await box.begin(entry(key));
  await box.queue(draft.id);
  bad.weather.push("answer lost");
  await box.send();
  await withdrawResponse(demo.server, key, draft.receipt);
  await soon(async () => (await box.send()).length > 0);
  assert.equal((await box.get(draft.id))?.state, "withdrawn");
  box.close();
});

test("422: answers are mended and sent with the same receipt and the same pass", async () => {
  const key = await campaign(demo, { access: "pass" });
  const [invitation = ""] = await invitations(demo, key, 1);
  const bad = await network(demo.server, { attempts: 1 });
  const name = fresh();
  const first = await outbox(name, bad.server);
  // The tab closes between the request for a pass and its answer: the very same request gets the very same answer.
  const passRequest = await beginPass((await getCampaign(demo.server, key)).pass!);
  const draft = await first.begin(entry(key, WRONG, { passRequest, credentials: { invitation } }));
  bad.weather.push("answer lost");
  await assert.rejects(getPass(bad.server, key, invitation, passRequest));
  first.close();
  const box = await outbox(name, bad.server);
  const found = (await box.get(draft.id))!;
  const pass = await getPass(bad.server, key, found.credentials.invitation!, found.passRequest!);
  await box.save({ ...found, credentials: { pass }, passRequest: undefined });
  await box.queue(draft.id);
  const [refused] = await box.send();
  assert.deepEqual([refused?.state, refused?.problem?.code], ["refused", "answers_invalid"]);
  assert.deepEqual(refused?.problem?.errors?.map((it) => it.pointer), ["/answers/distress"]);
  const again = await box.reopen(draft.id);
  assert.equal(again.receipt, draft.receipt);
  await box.save({ ...again, answers: GOOD });
  await box.queue(draft.id);
  const [sent] = await box.send();
  assert.equal(sent?.state, "sent");
  assert.deepEqual([sent.credentials, sent.passRequest], [{}, undefined], "nothing that was spent is kept");
  assert.equal(await stored(key, bad), 1);
  box.close();
});

test("work is done where a campaign begins to ask for it", async () => {
  const key = await campaign(demo, { proof_of_work: 9 });
  const box = await outbox(fresh(), demo.server, { prove });
  const draft = await box.begin(entry(key));
  await box.queue(draft.id);
  assert.equal((await box.send())[0]?.state, "sent");
  box.close();
  const without = await outbox(fresh());
  const { id } = await without.begin(entry(key));
  await without.queue(id);
  assert.equal((await without.send())[0]?.problem?.code, "proof_of_work_needed");
  without.close();
});

test("a correction takes the place of what was sent", async () => {
  const key = await campaign(demo);
  const box = await outbox(fresh());
  const first = await box.begin(entry(key));
  await box.queue(first.id);
  await box.send();
  const better = await box.begin(entry(key, BETTER, { receipt: first.receipt, correction: true }));
  await box.queue(better.id);
  assert.equal((await box.send())[0]?.state, "sent");
  assert.deepEqual((await own(key, first)).answers, BETTER);
  box.close();
});

test("a server that asks to wait is not asked before, also when a network comes back", async () => {
  const key = await campaign(demo);
  const bad = await network(demo.server);
  const box = await outbox(fresh(), bad.server);
  const draft = await box.begin(entry(key));
  await box.queue(draft.id);
  bad.weather.push({ status: 503, headers: { "retry-after": "120" } });
  const stop = box.start();
  await soon(async () => (await box.get(draft.id))?.tries === 1);
  window.dispatchEvent(new Event("online"));
  await new Promise((next) => setTimeout(next, 300));
  const waiting = await box.get(draft.id);
  assert.ok(waiting!.due > Date.now() + 100_000);
  assert.equal(bad.seen.length, 1);
  stop();
  box.close();
});

test("what waits for a network is sent by itself when there is one", async () => {
  const key = await campaign(demo);
  const bad = await network(demo.server);
  const box = await outbox(fresh(), bad.server);
  const stop = box.start();
  bad.weather.push(...Array<Weather>(5).fill("request lost"));
  const draft = await box.begin(entry(key));
  await box.queue(draft.id);
  await soon(async () => (await box.get(draft.id))!.tries >= 1);
  bad.weather.length = 0;
  window.dispatchEvent(new Event("online"));
  await soon(async () => (await box.get(draft.id))?.state === "sent");
  assert.equal(await stored(key, bad), 1);
  stop();
  box.close();
});

test("whatever the network does, everything arrives, and once", async () => {
  const [key, all] = [await campaign(demo), 12];
  const bad = await network(demo.server, { timeout: 1000 });
  const [name, pin] = [fresh(), { key: { pin: "2468" } }];
  let box = await outbox(name, bad.server, pin);
  for (let at = 0; at < all; at++) {
    const { id } = await box.begin(entry(key, { ...GOOD, distress: at % 11 }));
    await box.queue(id);
  }
  const kinds: Weather[] = ["fine", "request lost", "answer lost", "answer broken", { status: 502 }, { status: 429, headers: { "retry-after": "0" } }];
  bad.weather.push(...Array.from({ length: 36 }, (_, at) => kinds[(at * 7 + (at >> 2)) % kinds.length]!));
  let other = await outbox(name, bad.server, pin);
  for (let round = 0; ; round++) {
    await Promise.allSettled([box.send(), other.send()]);
    const states = (await other.list()).map((it) => it.state);
    if (states.every((it) => it === "sent")) break;
    assert.ok(round < 200 && !states.includes("refused"), states.join());
    // Tabs close and open, in the middle of everything.
    if (round % 3 === 0) {
      box.close();
      box = await outbox(name, bad.server, pin);
      [box, other] = [other, box];
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  assert.equal(await stored(key, bad), all);
  const receipts = (await box.list()).map((it) => it.receipt);
  assert.equal(new Set(receipts).size, all);
  box.close();
  other.close();
});

test("a receipt of its own is kept", async () => {
  const box = await outbox(fresh());
  const receipt = newReceipt();
  assert.equal((await box.begin(entry("spring", GOOD, { receipt }))).receipt, receipt);
  box.close();
});
