// One round with the SDK in TypeScript that @hey-api/openapi-ts makes.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { client } from "./sdk/client.gen.js";
import {
  createResponse, createSession, exportResponses, getForm, getOwnResponse, withdrawOwnResponse,
  type ConditionDefinition, type RawAnswers,
} from "./sdk/index.js";

const [server, password, file, expected] = process.argv.slice(2) as [string, string, string, string];
client.setConfig({ baseUrl: server });
const path = { campaign: "world-cancer-day-2027" };

/** The codes that a condition compares answers with. */
function values(condition: ConditionDefinition | undefined): string[] {
  if (!condition) return [];
  const parts = [...(condition.all ?? []), ...(condition.any ?? []), ...(condition.not ? [condition.not] : [])];
  const own = [...(condition.is === undefined ? [] : [condition.is]), ...(condition.is_one_of ?? [])];
  return [...own.map(String), ...parts.flatMap(values)];
}

// Read the form.
const form = await getForm({ path: { form: "daily-life-after-treatment" }, throwOnError: true });
const { version, definition } = form.data;
const questions = definition.sections.flatMap((section) => section.questions);
const conditions = [...definition.sections, ...questions, ...(definition.notices ?? [])].map((part) => part.show_when);
assert.equal(conditions.flatMap(values).sort().join(), expected);

// Send a response, with a receipt that is made here and stays here.
const send = (receipt: string, answers: RawAnswers) =>
  createResponse({ path, headers: { Receipt: receipt }, body: { form_version: version, language: "ko", answers } });
const receipt = randomBytes(16).toString("base64url");
const answers = {
  cancer_type: "stomach", time_since_treatment: "months_6_to_12", treatments: ["surgery"], sex: null, distress: 5,
  remark_your_days: "연락은 me@example.org",
};
const sent = await send(receipt, answers);
assert.equal(sent.response?.status, 201);

// Send it again, as after a lost connection.
const again = await send(receipt, answers);
assert.equal(again.response?.status, 200);
assert.deepEqual(again.data, sent.data);

// Send a wrong one: every fault has its place and its code.
const wrong = await send(randomBytes(16).toString("base64url"), { ...answers, cancer_type: "elbow", distress: 11 });
assert.equal(wrong.error?.code, "answers_invalid");
assert.deepEqual(wrong.error.errors?.map((fault) => `${fault.pointer} ${fault.code}`).sort(), [
  "/answers/cancer_type unknown_option",
  "/answers/distress out_of_bounds",
]);

// Read one's own, and withdraw it.
const own = { path, headers: { Receipt: receipt } };
const read = await getOwnResponse(own);
assert.deepEqual(read.data?.answers, { ...answers, remark_your_days: "연락은 [email]" });
assert.equal((await withdrawOwnResponse(own)).response?.status, 204);
assert.equal((await getOwnResponse(own)).error?.code, "response_withdrawn");

// Log in, and export to a file.
const session = await createSession({ body: { email: "demo@aftercare.example", password }, throwOnError: true });
client.setConfig({ auth: session.data.access_token });
const exported = await exportResponses({
  path: { form: "daily-life-after-treatment" },
  parseAs: "blob",
  throwOnError: true,
});
await writeFile(file, new Uint8Array(await exported.data.arrayBuffer()));
const [head, ...rows] = (await readFile(file, "utf8")).trimEnd().split("\n");
assert.match(head ?? "", /^campaign,form_version,language,week,/);
assert(rows.length >= 100, `${rows.length} rows`);

console.log(`typescript-hey: read, sent, replayed, refused, withdrew, exported ${rows.length} rows`);
