// What the script adds to the pages that the server writes. Without it everything works, but what has to be private from the
// server itself: see docs/privacy.md.

import { invitationOf } from "../../client/src/invitation.js";
import { prepareToBegin } from "./begin.js";

/** Whether the browser can do what is needed; it goes on without the script otherwise. */
const able = isSecureContext && !!crypto.subtle && typeof indexedDB !== "undefined" && typeof BigInt !== "undefined";

/** Takes an invitation or a receipt out of the address, so that neither stays in the history or on a screenshot. */
function takeFragment(): void {
  const invitation = invitationOf(location.href);
  const [, receipt] = /^#r=([\w-]+)$/.exec(location.hash) ?? [];
  if (!invitation && !receipt) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  fill("invitation", invitation ?? "");
  fill("receipt", receipt ?? "");
  if (!invitation) return;
  // The first page leads to the campaigns, and hands the invitation on in the same way.
  document.querySelectorAll<HTMLAnchorElement>("a[href^='/c/']").forEach((link) => (link.hash = `i=${invitation}`));
}

function fill(id: string, value: string): void {
  const field = document.getElementById(id);
  if (value && field instanceof HTMLInputElement) field.value = value;
}

takeFragment();
const begin = document.querySelector<HTMLFormElement>("form#begin");
if (able && begin) void prepareToBegin(begin);
if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("/page/worker.js", { scope: "/c/" }).catch(() => undefined);
}
