import assert from "node:assert/strict";
import { test } from "node:test";
import { defaults, parameters, prepare, questionOf, shuffled, visible, walk } from "@aftercare/client/form";
import { WALKS, forms, read } from "./vectors.js";

for (const file of WALKS) {
  const { week, forms: all } = forms(file);
  for (const { definition, score_ranges, walks } of all) {
    test(`${file}: ${definition.key} is walked as the server walks it, ${walks.length} times`, () => {
      const form = prepare({ definition, score_ranges });
      for (const wanted of walks) {
        const found = walk(form, wanted.answers, { week: wanted.week ?? week, language: wanted.language });
        const said = JSON.stringify(wanted.answers);
        assert.deepEqual(found.shown, wanted.shown, said);
        assert.deepEqual(found.faults, wanted.faults ?? [], said);
        if (wanted.faults) continue;
        assert.deepEqual(found.answers, wanted.stored, said);
        assert.deepEqual(found.scores, wanted.scores, said);
        assert.deepEqual(found.notices, wanted.notices, said);
      }
    });
  }
}

test("what is stored is walked the same way again", () => {
  for (const file of WALKS) {
    const { week, forms: all } = forms(file);
    for (const { definition, score_ranges, walks } of all) {
      const form = prepare({ definition, score_ranges });
      for (const { stored, shown, scores, ...of } of walks) {
        // A letter that stands for a whole phrase is written out, and is longer then than it may be.
        if (!stored || definition.key === "texts") continue;
        const again = walk(form, stored, { week: of.week ?? week });
        assert.deepEqual([again.shown, again.scores, again.answers, again.faults], [shown, scores, stored, []]);
      }
    }
  }
});

test("answers to what is hidden are left out of what is sent, and nothing else is", () => {
  let hidden = 0;
  for (const file of WALKS) {
    const { week, forms: all } = forms(file);
    for (const { definition, score_ranges, walks } of all) {
      const form = prepare({ definition, score_ranges });
      for (const { answers, ...of } of walks) {
        const occasion = { week: of.week ?? week };
        const sent = visible(form, answers, occasion);
        const before = walk(form, answers, occasion).faults.filter((it) => it.code !== "constraint");
        const left = before.filter((it) => !["hidden", "unknown_question"].includes(it.code));
        const after = walk(form, sent, occasion).faults;
        assert.deepEqual(after.filter((it) => it.code !== "constraint"), left);
        hidden += before.length - left.length;
      }
    }
  }
  assert.ok(hidden > 50, `${hidden} hidden or unknown answers`);
});

test("options are shuffled as the receipt says", () => {
  const { orders } = read("credentials.json") as { orders: { receipt: string; list: string; options: string[]; fixed: string[]; order: string[] }[] };
  assert.ok(orders.length >= 9);
  for (const { receipt, list, options, fixed, order } of orders) {
    const given = options.map((code) => ({ code, fixed: fixed.includes(code) }));
    assert.deepEqual(shuffled(given, receipt, list).map((it) => it.code), order);
  }
});

test("a question is found with the options of its scale, and so is what stands elsewhere", () => {
  const { definition, score_ranges } = forms("walks-forms.json").forms.find((it) => it.definition.key === "second-edition")!;
  const form = prepare({ definition, score_ranges });
  const codes = (key: string): string[] | undefined => questionOf(form, key)?.options?.map((it) => it.code);
  assert.deepEqual(codes("eating"), ["never", "sometimes", "always"]);
  assert.deepEqual(codes("source"), ["poster", "clinic"]);
  assert.equal(questionOf(form, "cancer_other")?.kind, "text");
  assert.equal(questionOf(form, "constructor"), undefined);
  assert.deepEqual(defaults(form), { eating: "never" });
  assert.deepEqual(parameters(form, "https://x.example/?source=poster&other=1"), { source: "poster" });
  assert.deepEqual(parameters(form, "https://x.example/?source=nowhere"), {});
});

test("a score of scores without ranges is refused rather than computed wrongly", () => {
  const { definition } = forms("walks-logic.json").forms.find((it) => it.definition.key === "every-score")!;
  assert.throws(() => prepare({ definition }), /score_ranges/);
});

test("a walk of the shipped form takes a moment", () => {
  const { definition, score_ranges, walks } = forms("walks-forms.json").forms[0]!;
  const form = prepare({ definition, score_ranges });
  const begin = performance.now();
  for (let round = 0; round < 10; round++) for (const { answers } of walks) walk(form, answers);
  const each = (performance.now() - begin) / (10 * walks.length);
  console.log(`# a walk takes ${each.toFixed(2)} ms`);
  assert.ok(each < 20, `${each} ms`);
});
