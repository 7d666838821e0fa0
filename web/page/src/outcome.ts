// The pages after the form: it is stored, it waits, or another tab goes on with it.

import { button, element } from "./elements.js";
import type { Keeper } from "./keeper.js";
import type { Sheet } from "./sheet.js";

const main = (): HTMLElement => document.querySelector("main")!;

function shown(heading: HTMLElement | null): void {
  heading?.setAttribute("tabindex", "-1");
  document.title = heading?.textContent ?? document.title;
  scrollTo(0, 0);
  heading?.focus();
}

/** A page with a heading, a line and a receipt, which is known on the device, whatever happens. */
function plain(title: string, text: string, ...more: HTMLElement[]): void {
  const heading = element("h1");
  heading.textContent = title;
  const line = element("p", { role: "status" });
  line.textContent = text;
  main().replaceChildren(heading, line, ...more);
  shown(heading);
}

function receiptOf(sheet: Sheet, receipt: string): HTMLElement[] {
  const about = element("p");
  about.textContent = `${sheet.word("receipt")}: ${sheet.word("receipt_short")}`;
  const kept = element("p", { class: "code", dir: "ltr", id: "receipt" });
  kept.textContent = receipt;
  return [about, kept];
}

export const tellWaiting = (sheet: Sheet, receipt: string): void =>
  plain(sheet.word("waits_title"), sheet.word("waits_text"), ...receiptOf(sheet, receipt));

/** Another tab wrote the answers, so those of this one are not the newest any more. */
export function tellElsewhere(sheet: Sheet): void {
  const line = element("p", { class: "buttons" });
  const take = button("", sheet.word("elsewhere_take"), "main");
  take.type = "button";
  take.addEventListener("click", () => location.reload());
  line.append(take);
  plain(sheet.word("elsewhere_title"), sheet.word("elsewhere_text"), line);
}

/** The page with the receipt, as the server writes it; where that fails, the receipt all the same. */
export async function tellSent(sheet: Sheet, keeper: Keeper, isShared: boolean): Promise<void> {
  const { receipt, campaign } = keeper.entry;
  const fields = new URLSearchParams({ go: "sent", receipt, language: sheet.language });
  const reply = await fetch(`/c/${campaign}/receipt`, { method: "POST", body: fields }).catch(() => undefined);
  const html = reply?.ok ? await reply.text().catch(() => "") : "";
  const page = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  if (page) {
    main().replaceChildren(...page.childNodes);
    shown(main().querySelector("h1"));
  } else plain(sheet.word("sent_title"), "", ...receiptOf(sheet, receipt));
  if (isShared) return keeper.wipe();
  const [about, line] = [element("p"), element("p")];
  about.textContent = sheet.word("done_text");
  const done = button("", sheet.word("forget"));
  done.type = "button";
  done.addEventListener("click", async () => {
    // Also of a page that the browser keeps for its back button.
    main().replaceChildren();
    await keeper.wipe();
    location.replace(`/c/${campaign}`);
  });
  line.append(done);
  main().append(about, line);
}
