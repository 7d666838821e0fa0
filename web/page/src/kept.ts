// The outbox, which is open on every page of the site: it sends what waits, and says what became of it.

import { openOutbox } from "../../client/src/outbox.js";
import type { EntryState, Outbox } from "../../client/src/outbox.js";
import type { Server } from "../../client/src/api.js";
import { prove } from "../../client/src/work.js";
import { element } from "./elements.js";

/** The outbox of this tab; none where the browser lets nothing be kept. */
export async function openKept(server: Server): Promise<Outbox | undefined> {
  try {
    const outbox = await openOutbox({ server, key: { tab: true }, prove, summaries: false });
    outbox.start();
    return outbox;
  } catch {
    return undefined;
  }
}

const line = (state: EntryState | "network" | "fault", address: string): HTMLElement | undefined => {
  const words = document.querySelector<HTMLTemplateElement>("template#kept")?.content.querySelector(`[data-kept=${state}]`);
  const made = words?.cloneNode(true) as HTMLElement | undefined;
  made?.querySelector("a")?.setAttribute("href", address);
  return made;
};

/** Says what of other pages is in this tab, and what becomes of it meanwhile. A page that goes on with one of them says that itself. */
export async function tellKept(outbox: Outbox, here?: string): Promise<void> {
  const place = element("div", { role: "status" });
  document.querySelector("main")?.prepend(place);
  const waiting = new Set<string>();
  const tell = async (): Promise<void> => {
    const lines: HTMLElement[] = [];
    for (const { id, campaign, state, passRequest } of await outbox.list().catch(() => [])) {
      if (state === "queued") waiting.add(id);
      // A receipt is nobody's business but that of who was there when it was sent.
      const counts = state === "sent" ? waiting.has(id) : state !== "withdrawn" && !passRequest;
      const told = counts && campaign !== here ? line(state, `/c/${campaign}`) : undefined;
      if (told) lines.push(told);
    }
    place.replaceChildren(...lines);
  };
  outbox.onChange(() => void tell());
  await tell();
}

/** Says that nobody can go on with what is in this tab at the moment, and offers to try again. */
export function tellStuck(why: "network" | "fault"): void {
  const told = line(why, location.pathname + location.search);
  if (told) document.querySelector("main")?.prepend(told);
}
