// What the script adds to the pages that the server writes. Without it everything works, but what has to be private from the
// server itself: see docs/privacy.md.

import { connect } from "../../client/src/api.js";
import { Answering } from "./answering.js";
import { prepareToBegin } from "./begin.js";
import { hand, handed, takeFragment } from "./fragment.js";
import type { Found } from "./fragment.js";
import { openKept, tellKept } from "./kept.js";

/** Whether the browser can do what is needed; it goes on without the script otherwise. */
const able = isSecureContext && !!crypto.subtle && typeof BigInt !== "undefined";

function fill({ invitation, receipt }: Found): void {
  for (const [id, value] of Object.entries({ invitation, receipt })) {
    const field = document.getElementById(id);
    if (value && field instanceof HTMLInputElement) field.value = value;
  }
  if (!invitation) return;
  // The first page leads to the campaigns, and hands the invitation on.
  document.querySelectorAll<HTMLAnchorElement>("a[href^='/c/']").forEach((link) =>
    link.addEventListener("click", () => {
      if (!hand(invitation)) link.hash = `i=${invitation}`;
    }),
  );
}

async function run(): Promise<void> {
  const found = takeFragment();
  found.invitation ??= handed();
  fill(found);
  addEventListener("hashchange", async () => {
    const { invitation, receipt } = takeFragment();
    if (receipt) fill({ receipt });
    // Another card: as if its address had been opened anew.
    if (!invitation) return;
    await Answering.current?.save();
    if (hand(invitation)) location.reload();
    else fill({ invitation });
  });
  if (!able) return;
  const server = connect(location.origin);
  const [, campaign] = /^\/c\/([^/]+)$/.exec(location.pathname) ?? [];
  const opening = openKept(server);
  if (campaign) await prepareToBegin(server, opening, campaign, found.invitation);
  const outbox = await opening;
  if (outbox && !Answering.current) await tellKept(outbox, campaign);
}

void run();
if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("/page/worker.js", { scope: "/c/" }).catch(() => undefined);
}
