// Numbers as people type them, by the table that the server is tested with as well.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { typedNumber } from "@aftercare/client/numbers";

const TABLE = new URL("../../../../tests/vectors/typed-numbers.json", import.meta.url);

test("a number is read as people mean it, and what can be read in two ways is none", () => {
  const table: { typed: string; whole: number | null; decimal: number | null }[] = JSON.parse(readFileSync(TABLE, "utf8"));
  assert.ok(table.length > 20);
  for (const { typed, whole, decimal } of table) {
    assert.equal(typedNumber(typed, true) ?? null, whole, `${typed} as a whole number`);
    assert.equal(typedNumber(typed, false) ?? null, decimal, `${typed} as a decimal`);
  }
});
