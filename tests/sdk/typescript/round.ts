// One round with the SDK in TypeScript: openapi-fetch over the types of openapi-typescript.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./sdk/aftercare.js";

type Condition = components["schemas"]["ConditionDefinition"];
type Answers = components["schemas"]["RawAnswers"];

const [server, password, file, expected] = process.argv.slice(2) as [string, string, string, string];
const aftercare = createClient<paths>({ baseUrl: server });
const path = { campaign: "world-cancer-day-2027" };

/** The codes that a condition compares answers with. */
function values(condition: Condition | undefined): string[] {
  if (!condition) return [];
  const parts = [...(condition.all ?? []), ...(condition.any ?? []), ...(condition.not ? [condition.not] : [])];
  const own = [...(condition.is === undefined ? [] : [condition.is]), ...(condition.is_one_of ?? [])];
  return [...own.map(String), ...parts.flatMap(values)];
}

// Read the form.
const form = await aftercare.GET("/v1/forms/{form}", { params: { path: { form: "daily-life-after-treatment" } } });
assert(form.data);
const { version, definition } = form.data;
const questions = definition.sections.flatMap((section) => section.questions);
const conditions = [...definition.sections, ...questions, ...(definition.notices ?? [])].map((part) => part.show_when);
assert.equal(conditions.flatMap(values).sort().join(), expected);

// Send a response, with a receipt that is made here and stays here.
const send = (receipt: string, answers: Answers) =>
  aftercare.POST("/v1/campaigns/{campaign}/responses", {
    params: { path, header: { Receipt: receipt } },
    body: { form_version: version, language: "ko", answers },
  });
const receipt = randomBytes(16).toString("base64url");
const answers = {
  cancer_type: "stomach", time_since_treatment: "months_6_to_12", treatments: ["surgery"], sex: null, distress: 5,
  remark_your_days: "연락은 me@example.org",
};
const sent = await send(receipt, answers);
assert.equal(sent.response.status, 201);

// Send it again, as after a lost connection.
const again = await send(receipt, answers);
assert.equal(again.response.status, 200);
assert.deepEqual(again.data, sent.data);

// Send a wrong one: every fault has its place and its code.
const wrong = await send(randomBytes(16).toString("base64url"), { ...answers, cancer_type: "elbow", distress: 11 });
assert.equal(wrong.error?.code, "answers_invalid");
assert.deepEqual(wrong.error.errors?.map((fault) => `${fault.pointer} ${fault.code}`).sort(), [
  "/answers/cancer_type unknown_option",
  "/answers/distress out_of_bounds",
]);

// Read one's own, and withdraw it.
const own = { params: { path, header: { Receipt: receipt } } };
const read = await aftercare.GET("/v1/campaigns/{campaign}/responses/own", own);
assert.deepEqual(read.data?.answers, { ...answers, remark_your_days: "연락은 [email]" });
const withdrawn = await aftercare.DELETE("/v1/campaigns/{campaign}/responses/own", own);
assert.equal(withdrawn.response.status, 204);
const gone = await aftercare.GET("/v1/campaigns/{campaign}/responses/own", own);
assert.equal(gone.error?.code, "response_withdrawn");

// Log in, and export to a file as the bytes arrive.
const session = await aftercare.POST("/v1/sessions", { body: { email: "demo@aftercare.example", password } });
assert(session.data);
const exported = await aftercare.GET("/v1/forms/{form}/responses.csv", {
  params: { path: { form: "daily-life-after-treatment" } },
  headers: { Authorization: `Bearer ${session.data.access_token}` },
  parseAs: "stream",
});
assert(exported.data);
await pipeline(Readable.fromWeb(exported.data as import("node:stream/web").ReadableStream), createWriteStream(file));
const [head, ...rows] = (await readFile(file, "utf8")).trimEnd().split("\n");
assert.match(head ?? "", /^campaign,form_version,language,week,/);
assert(rows.length >= 100, `${rows.length} rows`);

console.log(`typescript: read, sent, replayed, refused, withdrew, exported ${rows.length} rows`);
