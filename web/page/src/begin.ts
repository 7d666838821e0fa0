// From the first page to the first question: the invitation, the pass, a draft that was begun before.

import { getCampaign, getForm, NetworkError } from "../../client/src/api.js";
import type { Server } from "../../client/src/api.js";
import { parameters, prepare } from "../../client/src/form.js";
import { readInvitation } from "../../client/src/invitation.js";
import type { Outbox } from "../../client/src/outbox.js";
import { admission, finishPass, isRefused } from "./admission.js";
import { Answering } from "./answering.js";
import { codeOf, Keeper } from "./keeper.js";
import { tellStuck } from "./kept.js";
import { fetchSheet } from "./sheet.js";
import type { Sheet } from "./sheet.js";

/** Makes the first page one for browsers with a script, or goes on where the person was. */
export async function prepareToBegin(
  server: Server,
  opening: Promise<Outbox | undefined>,
  campaign: string,
  invitation: string | undefined,
): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form#begin");
  let ready: (beginning: Beginning) => void = () => undefined;
  const beginning = new Promise<Beginning>((resolve) => (ready = resolve));
  // Whoever is quick shall not go on as if there were no script.
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void beginning.then((it) => it.begin());
  });
  const outbox = await opening;
  const found = outbox && (await Keeper.find(server, outbox, campaign, invitation).catch(() => undefined));
  if (found && !found.entry.passRequest) return goOn(server, found);
  if (!form) return;
  form.hidden = false;
  document.querySelectorAll<HTMLElement>(".without-script").forEach((it) => (it.hidden = true));
  document.querySelectorAll<HTMLElement>(".with-script").forEach((it) => (it.hidden = false));
  ready(new Beginning(server, outbox, campaign, form, found));
  if (!found) return;
  // A pass was under way when the page was left. The invitation may be used up already, but not for the very same request.
  const field = document.querySelector<HTMLInputElement>("#invitation");
  if (field) field.value = found.entry.credentials.invitation ?? "";
  await (await beginning).begin();
}

async function goOn(server: Server, keeper: Keeper): Promise<void> {
  const { campaign, version, form, language } = keeper.entry;
  try {
    const [definition, sheet] = await Promise.all([
      getForm(server, form, { version }),
      fetchSheet(campaign, version, language),
    ]);
    await new Answering(server, prepare(definition), sheet, keeper).resume();
  } catch (error) {
    tellStuck(codeOf(error) === "network" ? "network" : "fault");
  }
}

class Beginning {
  constructor(
    private readonly server: Server,
    private readonly outbox: Outbox | undefined,
    private readonly key: string,
    private readonly form: HTMLFormElement,
    /** A pass is under way for it. */
    private pending: Keeper | undefined,
  ) {}

  /** The first question, or what is wrong with the invitation. */
  async begin(): Promise<void> {
    const { server, form, key } = this;
    const button = form.querySelector("button")!;
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    const data = new FormData(form);
    const language = String(data.get("language"));
    let sheet: Sheet | undefined;
    try {
      const campaign = await getCampaign(server, key);
      const pinned = campaign.form_version ?? undefined;
      const version = await getForm(server, campaign.form, pinned === undefined ? {} : { version: pinned });
      sheet = await fetchSheet(key, version.version, language);
      const typed = String(data.get("invitation") ?? "");
      const invitation = readInvitation(typed) ?? undefined;
      if (campaign.access !== "open" && !campaign.testing && !invitation) {
        return this.tell(sheet.problem(typed.trim() ? "invitation_malformed" : "invitation_missing"));
      }
      if (campaign.access === "code" && !(await this.isGood())) return;
      const definition = prepare(version);
      const values = Object.entries(parameters(definition, location.href));
      const { card, ...admitted } = await admission(campaign, invitation, this.pending);
      const keeper = await Keeper.begin(server, data.has("shared") ? undefined : this.outbox, {
        campaign: key,
        form: campaign.form,
        version: version.version,
        language,
        ...admitted,
        note: { pairs: values.map(([name, value]) => [`q.${name}`, String(value)]), step: 0, card },
      });
      await this.pending?.drop();
      this.pending = admitted.passRequest && keeper;
      await this.getPass(keeper);
      this.pending = undefined;
      await keeper.takeOver();
      new Answering(server, definition, sheet, keeper, data.has("shared")).start();
    } catch (error) {
      const code = codeOf(error);
      this.tell(sheet?.problem(code) ?? form.dataset[code === "network" ? "offline" : "failed"] ?? "");
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /** Gets the pass. What was begun is kept until it is there, unless it is refused for good. */
  private async getPass(keeper: Keeper): Promise<void> {
    try {
      await finishPass(this.server, keeper);
    } catch (error) {
      if (isRefused(error)) {
        await keeper.drop();
        this.pending = undefined;
      }
      throw error;
    }
  }

  /** Asks the server whether an invitation is good, as the page without a script does. Nothing is used up. */
  private async isGood(): Promise<boolean> {
    const fields = new URLSearchParams({ go: "begin" });
    for (const name of ["language", "invitation"]) fields.set(name, String(new FormData(this.form).get(name) ?? ""));
    const { timeout } = this.server;
    const signal = "timeout" in AbortSignal ? AbortSignal.timeout(timeout) : null;
    const reply = await fetch(this.form.action, { method: "POST", body: fields, signal }).catch((error) => {
      throw new NetworkError(String(error));
    });
    if (reply.ok) return true;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    this.tell(page.querySelector("[role=alert]")?.textContent ?? "");
    return false;
  }

  private tell(text: string): void {
    const place = this.form.querySelector<HTMLElement>(".told")!;
    place.hidden = false;
    place.textContent = text;
    const field = this.form.querySelector<HTMLElement>("#invitation");
    field?.setAttribute("aria-invalid", "true");
    (field ?? this.form.querySelector("button"))?.focus();
  }
}
