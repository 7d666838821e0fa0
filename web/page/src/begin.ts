// From the first page to the first question: the invitation, the pass, a draft that was begun before.

import { connect, getCampaign, getForm, ProblemError } from "../../client/src/api.js";
import type { Campaign, Server } from "../../client/src/api.js";
import { prepare } from "../../client/src/form.js";
import { readInvitation } from "../../client/src/invitation.js";
import { Answering } from "./answering.js";
import { MemoryKeeper, OutboxKeeper } from "./keeper.js";
import type { Keeper, Kept } from "./keeper.js";
import { fetchSheet } from "./sheet.js";
import type { Sheet } from "./sheet.js";

/** Makes the first page one for browsers with a script, or goes on where the person was. */
export async function prepareToBegin(form: HTMLFormElement): Promise<void> {
  const campaign = form.dataset["campaign"] ?? "";
  const server = connect(location.origin);
  const kept = await OutboxKeeper.find(server, campaign).catch(() => undefined);
  if (kept) return goOn(server, kept);
  form.hidden = false;
  document.querySelectorAll<HTMLElement>(".without-script").forEach((it) => (it.hidden = true));
  document.querySelectorAll<HTMLElement>(".with-script").forEach((it) => (it.hidden = false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void begin(server, form);
  });
}

async function goOn(server: Server, keeper: Keeper): Promise<void> {
  const { campaign, version, form, language } = keeper.entry;
  const [definition, sheet] = await Promise.all([
    getForm(server, form, { version }),
    fetchSheet(campaign, version, language),
  ]);
  new Answering(prepare(definition), sheet, keeper).resume();
}

/** The first question, or what is wrong with the invitation. */
async function begin(server: Server, form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button")!;
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  const data = new FormData(form);
  const key = form.dataset["campaign"] ?? "";
  const language = String(data.get("language"));
  let sheet: Sheet | undefined;
  try {
    const campaign = await getCampaign(server, key);
    const pinned = campaign.form_version ?? undefined;
    const definition = await getForm(server, campaign.form, pinned === undefined ? {} : { version: pinned });
    sheet = await fetchSheet(key, definition.version, language);
    const typed = String(data.get("invitation") ?? "");
    const invitation = readInvitation(typed) ?? undefined;
    if (campaign.access !== "open" && !campaign.testing && !invitation) {
      return tell(form, sheet.problem(typed.trim() ? "invitation_malformed" : "invitation_missing"));
    }
    const said: Kept = {
      campaign: key,
      form: campaign.form,
      version: definition.version,
      language,
      credentials: invitation && campaign.access === "code" ? { invitation } : {},
      note: { pairs: [...data].filter(([name]) => name.startsWith("q.")) as [string, string][], step: 0 },
    };
    if (campaign.access === "code" && !(await isGood(form))) return;
    const shared = data.has("shared");
    const keeper = shared ? new MemoryKeeper(server, said) : await OutboxKeeper.begin(server, said);
    if (campaign.access === "pass" && invitation) await takePass(server, campaign, invitation, keeper);
    new Answering(prepare(definition), sheet, keeper).start();
  } catch (error) {
    const code = error instanceof ProblemError ? error.code : "network";
    tell(form, sheet?.problem(code) ?? form.dataset["offline"] ?? "");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/** The pass is got now, and spent with the response, so that there is time between the two. */
async function takePass(server: Server, campaign: Campaign, invitation: string, keeper: Keeper): Promise<void> {
  const { beginPass, getPass } = await import("../../client/src/pass.js");
  const request = await beginPass(campaign.pass!);
  await keeper.keep({ passRequest: request });
  try {
    const pass = await getPass(server, campaign.key, invitation, request);
    await keeper.keep({ credentials: { pass }, passRequest: undefined });
  } catch (error) {
    await keeper.drop();
    throw error;
  }
}

/** Asks the server whether an invitation is good, as the page without a script does. Nothing is used up. */
async function isGood(form: HTMLFormElement): Promise<boolean> {
  const fields = new URLSearchParams({ go: "begin" });
  for (const name of ["language", "invitation"]) fields.set(name, String(new FormData(form).get(name) ?? ""));
  const reply = await fetch(form.action, { method: "POST", body: fields });
  if (reply.ok) return true;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  tell(form, page.querySelector("[role=alert]")?.textContent ?? "");
  return false;
}

function tell(form: HTMLFormElement, text: string): void {
  const place = form.querySelector<HTMLElement>(".told")!;
  place.hidden = false;
  place.textContent = text;
  const field = form.querySelector<HTMLElement>("#invitation");
  field?.setAttribute("aria-invalid", "true");
  (field ?? form.querySelector("button"))?.focus();
}
