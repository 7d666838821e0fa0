// The whole story against a server: form, receipt, pass, response, own, correct, withdraw; and that both know the same rules.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, ProblemError, call, correctResponse, getCampaign, getForm, ownResponse, sendResponse, withdrawResponse } from "@aftercare/client/api";
import { prepare, questionOf, visible, walk } from "@aftercare/client/form";
import type { Answers } from "@aftercare/client/form";
import { readInvitation } from "@aftercare/client/invitation";
import { beginPass, finishPass, getPass } from "@aftercare/client/pass";
import { newReceipt } from "@aftercare/client/receipt";
import { prove } from "@aftercare/client/work";
import { FORM, campaign, demonstration, invitations, network } from "./server.js";
import { WALKS, forms } from "./vectors.js";

const demo = await demonstration();
const version = await getForm(demo.server, FORM);
const form = prepare(version);

/** What somebody answers who takes the first of everything. */
function answers(first = 0): Answers {
  let said: Answers = {};
  for (;;) {
    const next = walk(form, said).shown.find((key) => !(key in said) && questionOf(form, key)?.required);
    if (next === undefined) return visible(form, said);
    const question = questionOf(form, next)!;
    const code = question.options?.[first % (question.options.length || 1)]?.code ?? "";
    const several = question.kind === "multiple_choice" || question.kind === "ranking";
    said = { ...said, [next]: several ? [code] : question.options ? code : question.kind === "yes_no" ? true : Number(question.min) };
  }
}

const body = (said: Answers) => ({ form_version: version.version, language: "en", answers: said });
const refused = (code: string) => (error: unknown) => error instanceof ProblemError && (assert.equal(error.code, code), true);

test("from an invitation to the withdrawal, by a pass", async () => {
  const key = await campaign(demo, { access: "pass" });
  const [typed = ""] = await invitations(demo, key, 1);
  const { pass } = await getCampaign(demo.server, key);
  assert.ok(pass);
  const begun = await beginPass(pass);
  const invitation = readInvitation(typed.toLowerCase().replace(/-/g, " "));
  const token = await getPass(demo.server, key, invitation!, begun);
  assert.equal(await getPass(demo.server, key, invitation!, JSON.parse(JSON.stringify(begun))), token, "the same request again");
  await assert.rejects(getPass(demo.server, key, invitation!, await beginPass(pass)), refused("invitation_used"));

  const receipt = newReceipt();
  await assert.rejects(sendResponse(demo.server, key, receipt, body(answers())), refused("pass_missing"));
  const stored = await sendResponse(demo.server, key, receipt, body(answers()), { pass: token });
  const found = walk(form, answers(), { language: "en" });
  const told = stored.summary.scores.map(({ key, value, band, answered, shown }) => ({ key, value, band, answered, shown }));
  assert.deepEqual(told, found.scores);
  assert.deepEqual(stored.summary.notices, found.notices);
  assert.deepEqual(await sendResponse(demo.server, key, receipt, body(answers()), { pass: token }), stored, "a replay");
  await assert.rejects(sendResponse(demo.server, key, newReceipt(), body(answers()), { pass: token }), refused("pass_spent"));

  assert.deepEqual((await ownResponse(demo.server, key, receipt)).answers, found.answers);
  await correctResponse(demo.server, key, receipt, body(answers(1)));
  assert.deepEqual((await ownResponse(demo.server, key, receipt)).answers, answers(1));
  await withdrawResponse(demo.server, key, receipt);
  await assert.rejects(ownResponse(demo.server, key, receipt), refused("response_withdrawn"));
  const again = newReceipt();
  await sendResponse(demo.server, key, again, body(answers()), { replaces: receipt });
  assert.deepEqual((await ownResponse(demo.server, key, again)).answers, answers());
});

test("a pass that another key signed is not taken", async () => {
  const [one, other] = await Promise.all([campaign(demo, { access: "pass" }), campaign(demo, { access: "pass" })]);
  const begun = await beginPass((await getCampaign(demo.server, one)).pass!);
  const strange = await beginPass((await getCampaign(demo.server, other)).pass!);
  const [invitation = ""] = await invitations(demo, one, 1);
  const signed = await getPass(demo.server, one, invitation, begun);
  assert.ok(signed.length > 400);
  await assert.rejects(finishPass(strange, new Uint8Array(256).fill(7)), /did not sign/);
  await assert.rejects(finishPass(strange, new Uint8Array(3)), /did not sign/);
});

test("an invitation and work let a response in where they are asked for", async () => {
  const coded = await campaign(demo, { access: "code" });
  const [invitation = ""] = await invitations(demo, coded, 1);
  await assert.rejects(sendResponse(demo.server, coded, newReceipt(), body(answers())), refused("invitation_missing"));
  await sendResponse(demo.server, coded, newReceipt(), body(answers()), { invitation });

  const worked = await campaign(demo, { proof_of_work: 10 });
  const receipt = newReceipt();
  await assert.rejects(sendResponse(demo.server, worked, receipt, body(answers())), refused("proof_of_work_needed"));
  const { proof_of_work: bits } = await getCampaign(demo.server, worked);
  await sendResponse(demo.server, worked, receipt, body(answers()), { proof: await prove(worked, receipt, bits!) });
});

/** The same answers with some left out, some declined and some in the place of others: the same ones in each run. */
function otherwise(answers: Answers): Answers {
  const [keys, values] = [Object.keys(answers), Object.values(answers)];
  const kept = keys.filter((key) => key.length % 5 !== 0);
  return Object.fromEntries(
    kept.map((key, at) => [key, at % 7 === 3 ? null : values[at % 3 ? keys.indexOf(key) : (at * 5 + 1) % keys.length]!]),
  );
}

test("a server finds the same faults and the same scores as the device, form by form", async () => {
  // Those that a server takes for a form of its own: the others are of another edition, or of one question.
  const published = new Map<string, number>();
  let [sent, faulty] = [0, 0];
  for (const file of WALKS.slice(1)) {
    for (const { definition, score_ranges, walks } of forms(file).forms) {
      if (definition.edition !== 2 || definition.key === FORM) continue;
      const own = prepare({ definition, score_ranges });
      await call(demo.server, "post", "/v1/forms", { header: demo.staff, body: definition });
      published.set(definition.key, walks.length);
      for (const answers of walks.flatMap(({ answers }, at) => (at % 4 ? [] : [answers, otherwise(answers)]))) {
        const language = definition.languages[0]!;
        const found = walk(own, answers, { language });
        const path = "/v1/forms/{form}/draft/responses";
        const trying = call(demo.server, "post", path, { path: { form: definition.key }, header: demo.staff, body: { language, answers } });
        if (found.faults.length > 0) {
          const error = await trying.then(
            () => assert.fail(`${definition.key} took ${JSON.stringify(answers)}`),
            (error: ProblemError) => error,
          );
          const said = (error.problem.errors ?? []).map((it) => [it.pointer, it.code]);
          assert.deepEqual(said, found.faults.map((it) => [`/answers${it.pointer}`, it.code]));
          faulty++;
        } else {
          const { summary } = await trying;
          const scores = summary.scores.map(({ key, value, band, answered, shown }) => ({ key, value, band, answered, shown }));
          assert.deepEqual(scores, found.scores);
          assert.deepEqual(summary.notices, found.notices);
        }
        sent++;
      }
    }
  }
  assert.ok(published.size >= 12 && sent > 150 && faulty > 40, `${published.size} forms, ${sent} sent, ${faulty} faulty`);
});

test("the range of each score comes with the form", () => {
  const keys = (version.definition.scores ?? []).map((it) => it.key);
  assert.deepEqual(Object.keys(version.score_ranges).sort(), [...keys].sort());
});

test("a call is repeated where that is harmless, and an answer that breaks off is none", async () => {
  const key = await campaign(demo);
  const bad = await network(demo.server, { attempts: 4, timeout: 2000 });
  const receipt = newReceipt();
  bad.weather.push("answer lost", "answer broken", { status: 503, headers: { "retry-after": "1" } });
  const begin = performance.now();
  const stored = await sendResponse(bad.server, key, receipt, body(answers()));
  assert.ok(performance.now() - begin > 1000);
  assert.equal(bad.seen.length, 4);
  assert.deepEqual(await sendResponse(demo.server, key, receipt, body(answers())), stored);

  bad.weather.push("request lost", "request lost", "request lost", "request lost");
  await assert.rejects(getCampaign(bad.server, key), NetworkError);
  assert.equal(bad.seen.length, 8);
  bad.weather.push("request lost");
  const login = { email: "demo@aftercare.example", password: "wrong" };
  await assert.rejects(call(bad.server, "post", "/v1/sessions", { body: login }), NetworkError);
  assert.equal(bad.seen.length, 9, "a log-in is not repeated");
});

test("a call ends after its time, when it is called off, and with what a proxy says", async () => {
  const slow = { ...demo.server, attempts: 1, timeout: 100, fetch: (_: unknown, init?: RequestInit) => hanging(init) };
  await assert.rejects(getCampaign(slow, "x"), { name: "NetworkError", message: "no answer in time" });
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("left")), 50);
  await assert.rejects(getCampaign({ ...slow, timeout: 60_000 }, "x", { signal: stop.signal }), /left/);
  const bad = await network(demo.server, { attempts: 1 });
  bad.weather.push({ status: 502 });
  await assert.rejects(getCampaign(bad.server, "x"), { name: "ProblemError", status: 502, code: "" });
});

const hanging = (init?: RequestInit): Promise<Response> =>
  new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))));

test("no request has a cookie, a referrer, or a receipt where an invitation is", async () => {
  const key = await campaign(demo, { access: "pass" });
  const watched = await network(demo.server);
  const [invitation = ""] = await invitations(demo, key, 1);
  const begun = await beginPass((await getCampaign(watched.server, key)).pass!);
  const pass = await getPass(watched.server, key, invitation, begun);
  const receipt = newReceipt();
  await sendResponse(watched.server, key, receipt, body(answers()), { pass });
  await ownResponse(watched.server, key, receipt);
  for (const { headers } of watched.seen) {
    assert.ok(!("cookie" in headers) && !("referer" in headers));
    assert.ok(!("invitation" in headers && ("receipt" in headers || "authorization" in headers)));
  }
  assert.equal(watched.seen.filter(({ headers }) => "invitation" in headers).length, 1);
});
