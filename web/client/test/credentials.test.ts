import assert from "node:assert/strict";
import { test } from "node:test";
import { invitationOf, readInvitation } from "@aftercare/client/invitation";
import { choose, direction, lookUp, text } from "@aftercare/client/language";
import { beginPass, blind, finishPass, numberOf, unblind } from "@aftercare/client/pass";
import { isReceipt, newReceipt } from "@aftercare/client/receipt";
import { sha256 } from "@aftercare/client/sha256";
import { isProof, prove } from "@aftercare/client/work";
import { createHash, randomBytes } from "node:crypto";
import { read } from "./vectors.js";

type Case = { [field: string]: string };
const credentials = read("credentials.json") as {
  receipts: { text: string; valid: boolean }[];
  invitations: { typed: string; written: string | null }[];
  proofs: { campaign: string; receipt: string; bits: number; first: string }[];
  languages: { offered: string[]; asked: string; found: string | null }[];
};
const passes = read("passes.json") as { signatures: Case[]; passes: Case[] };
const bytes = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, "hex"));
const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
const hex = (base64: string): string => Buffer.from(base64, "base64url").toString("hex");

test("the hash is that of the platform, for every length around a block", () => {
  for (let length = 0; length < 200; length++) {
    const some = randomBytes(length);
    const words = Array.from(sha256(some), (word) => word.toString(16).padStart(8, "0"));
    assert.equal(words.join(""), createHash("sha256").update(some).digest("hex"));
  }
});

test("receipts are told from other texts, and a new one is one", () => {
  for (const { text, valid } of credentials.receipts) assert.equal(isReceipt(text), valid, text);
  const made = new Set(Array.from({ length: 1000 }, newReceipt));
  assert.equal(made.size, 1000);
  assert.ok([...made].every((it) => it.length === 22 && isReceipt(it)));
});

test("invitations are read as people type them", () => {
  for (const { typed, written } of credentials.invitations) assert.equal(readInvitation(typed), written, JSON.stringify(typed));
});

test("an invitation is found in the fragment of a link, in every way that links have it", () => {
  const invitation = credentials.invitations[0]!.written!;
  for (const fragment of [invitation, `i=${invitation}`, `invitation=${invitation}`, invitation.toLowerCase().replace(/-/g, "%20"), `/${invitation}`]) {
    assert.equal(invitationOf(`https://survey.example.org/c/spring#${fragment}`), invitation, fragment);
  }
  for (const fragment of ["", "#", "#%", "#i=", "#i=ABCD", `?i=${invitation}`]) {
    assert.equal(invitationOf(`https://survey.example.org/${fragment}`), null, fragment);
  }
});

test("proofs of work are the first that show so much work", async () => {
  for (const { campaign, receipt, bits, first } of credentials.proofs) {
    assert.equal(await prove(campaign, receipt, bits), first);
    assert.ok(isProof(campaign, receipt, bits, first));
    assert.ok(!isProof(`${campaign}x`, receipt, bits, first) || bits < 10);
  }
});

test("work can be called off", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 60);
  await assert.rejects(prove("a", "b", 24, { signal: stop.signal }), { name: "AbortError" });
});

test("a reader gets the language that serves best", () => {
  for (const { offered, asked, found } of credentials.languages) assert.equal(lookUp(offered, asked) ?? null, found, `${asked} of ${offered}`);
  assert.equal(choose(["ko", "en"], ["fr", "en-US", "ko"]), "en");
  assert.equal(choose(["ko", "en"], ["fr"]), "ko");
  assert.equal(text({ ko: "잠", en: "Sleep" }, "en"), "Sleep");
  assert.equal(text({ ko: "잠" }, "en"), "잠");
  assert.equal(text(undefined, "en"), "");
});

test("languages run from right to left where their script does", () => {
  for (const language of ["ar", "he", "fa-IR", "ur", "az-Arab", "ckb", "uz-Arab-AF"]) assert.equal(direction(language), "rtl", language);
  for (const language of ["ko", "en", "ar-Latn", "az", "zh-Hant-TW", "pa", "arn"]) assert.equal(direction(language), "ltr", language);
});

test("blind signatures are those of RFC 9474", async () => {
  assert.equal(passes.signatures.length, 2);
  for (const it of passes.signatures) {
    const [n, e] = [BigInt(`0x${it["n"]}`), BigInt(`0x${it["e"]}`)];
    const key = { n, e, length: it["n"]!.length / 2 };
    const made = await blind(bytes(it["message"]!), key, { salt: bytes(it["salt"]!), blind: numberOf(bytes(it["blind"]!)) });
    assert.equal(Buffer.from(made.blinded).toString("hex"), it["blinded_message"]);
    const signature = unblind(bytes(it["blind_signature"]!), key, made.encoded, made.inverse);
    assert.equal(Buffer.from(signature).toString("hex"), it["signature"]);
    const forged = bytes(it["blind_signature"]!);
    forged[9]! ^= 1;
    assert.throws(() => unblind(forged, key, made.encoded, made.inverse), /did not sign/);
  }
});

test("passes are those of RFC 9578", async () => {
  assert.equal(passes.passes.length, 5);
  for (const it of passes.passes) {
    const offer = { challenge: base64(it["challenge"]!), token_key: base64(it["token_key"]!) };
    const chance = { nonce: bytes(it["nonce"]!), salt: bytes(it["salt"]!), blind: numberOf(bytes(it["blind"]!)) };
    const begun = await beginPass(offer, chance);
    assert.equal(hex(begun.request), it["request"]);
    // A request is kept as JSON until the answer is there.
    const kept = JSON.parse(JSON.stringify(begun)) as typeof begun;
    assert.equal(hex(await finishPass(kept, bytes(it["response"]!))), it["token"]);
    const fresh = await beginPass(offer);
    assert.notEqual(fresh.request, (await beginPass(offer)).request);
    await assert.rejects(finishPass(fresh, bytes(it["response"]!)), /did not sign/);
  }
});
