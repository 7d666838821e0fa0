// The lines of docs/clients.md, run one after the other as they stand there.

import assert from "node:assert/strict";
import { test } from "node:test";
import "fake-indexeddb/auto";
import { getCampaign, ownResponse } from "@aftercare/client/api";
import { demonstration } from "./server.js";

const { server } = await demonstration();
Object.assign(globalThis, { location: new URL(`${server.address}/?source=poster#ABCD`) });
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB", "ko"] } });

test("the lines for clients in TypeScript send a response that can be read again", async () => {
  const steps = new URL("../docs/steps.js", import.meta.url).href;
  const { draft, missing, now, outbox, stop } = (await import(steps)) as typeof import("../build/docs/steps.js");
  assert.deepEqual(missing, []);
  assert.ok(now.shown.includes("cancer_type"));
  const sent = await outbox.get(draft.id);
  assert.equal(sent?.state, "sent");
  const { key } = await getCampaign(server, "world-cancer-day-2027");
  assert.equal((await ownResponse(server, key, draft.receipt)).answers["distress"], 5);
  stop();
  outbox.close();
});
