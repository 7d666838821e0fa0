// Filling in the form: one section at a time, checked on the device, and kept there until it is sent.

import { getCampaign } from "../../client/src/api.js";
import type { Server } from "../../client/src/api.js";
import { questionOf, shuffled, visible, walk } from "../../client/src/form.js";
import type { Answers, Form, Walk } from "../../client/src/form.js";
import { readInvitation } from "../../client/src/invitation.js";
import { admission, finishPass, MENDABLE } from "./admission.js";
import { checkPage } from "./check.js";
import { button, element } from "./elements.js";
import { clearFaults, tellFaults } from "./faults.js";
import type { Told } from "./faults.js";
import { fieldOf, pairsOf, read, write } from "./fields.js";
import { codeOf } from "./keeper.js";
import type { Change, Keeper, Outcome } from "./keeper.js";
import { tellElsewhere, tellSent, tellWaiting } from "./outcome.js";
import { fetchSheet } from "./sheet.js";
import type { Sheet } from "./sheet.js";

/** Refusals that may be over in a while, so that nobody is led to delete anything. */
const MAY_PASS = /^(network|internal|not_ready|database_unavailable|too_many_requests)$/;

/** Behind the last section. */
const CHECK = 1000;

export class Answering {
  private readonly main = document.querySelector("main")!;
  private form = element("form");
  private step = 0;
  private saving: ReturnType<typeof setTimeout> | undefined;
  /** Whether it was sent, or another tab goes on with it. */
  private isOver = false;
  /** What the page is filled in with, if anything. */
  static current: Answering | undefined;

  constructor(
    private readonly server: Server,
    private readonly definition: Form,
    private sheet: Sheet,
    private readonly keeper: Keeper,
    /** Whether the person wants nothing kept. */
    private readonly isShared = false,
  ) {
    Answering.current = this;
    keeper.onOutcome = (outcome) => void this.outcome(outcome);
    addEventListener("popstate", ({ state }) => {
      if (typeof state?.step === "number" && !this.isOver) this.show(state.step, false);
    });
    addEventListener("pagehide", () => void this.save());
  }

  start(): void {
    this.layOut(this.keeper.note.pairs);
    const [first = CHECK] = this.shown();
    history.replaceState({ step: first }, "");
    this.show(first, false);
  }

  /** Goes on after a reload: with the section where the person was, or with what became of the response. */
  async resume(): Promise<void> {
    const { keeper } = this;
    this.layOut(keeper.note.pairs);
    if (keeper.entry.state !== "draft") return this.outcome(await keeper.outcome());
    const step = history.state?.step ?? keeper.note.step;
    history.replaceState({ step }, "");
    this.show(step, false);
    const told = element("div", { class: "notice made", role: "status" });
    const [line, way] = [element("p"), element("p")];
    line.textContent = this.sheet.word("resumed");
    way.append(this.startOver());
    told.append(line, way);
    this.form.querySelector("section:not([hidden]) h1, .made h1")?.after(told);
  }

  /** Puts the sections of the sheet onto the page, with what was filled in. */
  private layOut(pairs: [string, string][]): void {
    const { sheet, main } = this;
    document.documentElement.lang = sheet.language;
    document.documentElement.dir = sheet.direction;
    this.form = element("form", { novalidate: "" });
    this.form.append(...sheet.notices, ...sheet.sections);
    this.shuffle();
    main.replaceChildren(this.form);
    write(this.form, pairs);
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const pressed = (event.submitter as HTMLButtonElement | null)?.value ?? "next";
      void this.press(pressed);
    });
  }

  /** Options at random stand in the order that follows from the receipt. */
  private shuffle(): void {
    for (const fieldset of this.form.querySelectorAll<HTMLElement>("[data-key]")) {
      const question = questionOf(this.definition, fieldset.dataset["key"]!);
      if (question?.order !== "random" || !question.options) continue;
      const order = shuffled(question.options, this.keeper.entry.receipt, question.scale ?? question.key);
      const options = [...fieldset.querySelectorAll<HTMLElement>("[data-option]")];
      const list = options[0]?.parentElement;
      const decline = list?.querySelector(".decline") ?? null;
      for (const { code } of order) {
        for (const option of options.filter((it) => it.dataset["option"] === code)) list?.insertBefore(option, decline);
      }
    }
  }

  private answers(): Answers {
    return read(this.form, this.definition);
  }

  private walked(): Walk {
    const answers = visible(this.definition, this.answers());
    return walk(this.definition, answers, { language: this.sheet.language });
  }

  /** The places of the sections of which something is shown. */
  private shown(walked = this.walked()): number[] {
    const keys = new Set(walked.shown);
    const sections = this.sheet.sections.map((section, place) => ({ section, place }));
    const has = (section: HTMLElement): boolean =>
      [...section.querySelectorAll<HTMLElement>("[data-key]")].some((it) => keys.has(it.dataset["key"]!));
    return sections.filter(({ section }) => has(section)).map(({ place }) => place);
  }

  /** After each answer: what it shows and hides. */
  private changed(): void {
    const walked = this.walked();
    const keys = new Set(walked.shown);
    this.form.querySelectorAll<HTMLElement>("[data-key]").forEach((it) => (it.hidden = !keys.has(it.dataset["key"]!)));
    this.form.querySelectorAll<HTMLElement>("[data-notice]").forEach((it) => {
      const called = walked.notices.includes(it.dataset["notice"]!);
      // Only what appears is read out.
      if (it.hidden === called) it.hidden = !called;
    });
    clearTimeout(this.saving);
    this.saving = setTimeout(() => void this.save(), 400);
  }

  /** What is on the screen. */
  private change(): Change {
    const answers = visible(this.definition, this.answers());
    const { card } = this.keeper.note;
    return { answers, note: { pairs: pairsOf(this.form), step: this.step, card }, language: this.sheet.language };
  }

  async save(): Promise<void> {
    clearTimeout(this.saving);
    if (this.isOver || this.keeper.entry.state !== "draft") return;
    if (!(await this.keeper.keep(this.change()))) return this.outcome({ elsewhere: true });
    this.tellUnkept();
  }

  /** Where the browser lets nothing be kept, a reload would lose everything: that has to be known. */
  private tellUnkept(): void {
    if (this.keeper.isKept || this.isShared || this.isOver || this.form.querySelector(".unkept")) return;
    const told = element("p", { class: "notice unkept", role: "status" });
    this.form.prepend(told);
    told.textContent = this.sheet.word("unkept");
  }

  private show(step: number, isNew: boolean): void {
    this.step = step;
    this.form.querySelectorAll(".made").forEach((it) => it.remove());
    this.sheet.sections.forEach((section, place) => (section.hidden = place !== step));
    const section = this.sheet.sections[step];
    if (section) this.showSection(section);
    else this.showCheck();
    this.changed();
    this.tellUnkept();
    if (isNew) history.pushState({ step }, "");
    const heading = this.form.querySelector<HTMLElement>("section:not([hidden]) h1, .made h1");
    document.title = `${heading?.textContent ?? ""} – ${this.sheet.title}`;
    scrollTo(0, 0);
    heading?.focus();
  }

  private showSection(section: HTMLElement): void {
    const { sheet } = this;
    const shown = this.shown();
    const number = shown.indexOf(this.step);
    const progress = element("p", { class: "progress made" });
    progress.textContent = `${sheet.word("part")} ${number + 1} ${sheet.word("of")} ${shown.length}`;
    section.prepend(progress);
    const buttons = element("p", { class: "buttons made" });
    buttons.append(button("next", sheet.word("next"), "main"));
    if (number > 0) buttons.append(button("back", sheet.word("back")));
    this.form.append(buttons, this.languages());
  }

  private showCheck(): void {
    const { sheet } = this;
    const page = checkPage(this.definition, sheet, this.form, this.walked(), this.shown());
    const buttons = element("p", { class: "buttons" });
    buttons.append(button("send", sheet.word("send"), "main"), button("back", sheet.word("back")));
    page.append(buttons, this.languages());
    this.form.append(page);
  }

  private languages(): HTMLElement {
    const line = element("p", { class: "languages made" });
    const others = this.sheet.languages.filter(([tag]) => tag !== this.sheet.language);
    if (others.length > 0) line.append(`${this.sheet.word("language")}: `);
    for (const [tag, name] of others) {
      const switching = button(`language.${tag}`, name);
      switching.lang = tag;
      line.append(switching, " ");
    }
    return line;
  }

  private async press(pressed: string): Promise<void> {
    const shown = this.shown();
    if (pressed.startsWith("language.")) return this.switchTo(pressed.slice("language.".length));
    if (pressed.startsWith("section.")) return this.show(Number(pressed.slice("section.".length)), true);
    if (pressed === "back") {
      const before = shown.filter((place) => place < this.step).pop();
      return this.show(before ?? shown[0] ?? CHECK, true);
    }
    const wrong = pressed === "send" ? shown.find((place) => this.faults(place).length > 0) : undefined;
    if (wrong !== undefined) this.show(wrong, true);
    if (this.tellFaults()) return;
    if (pressed === "send") return this.send();
    this.show(shown.find((place) => place > this.step) ?? CHECK, true);
    await this.save();
  }

  /** What is wrong in a section, once it was filled in. */
  private faults(place: number): Told[] {
    const walked = this.walked();
    return walked.faults.flatMap((fault) => {
      const key = fault.pointer.split("/")[1] ?? "";
      const field = fieldOf(this.form, key);
      if (!field || !this.sheet.sections[place]?.contains(field)) return [];
      const kind = questionOf(this.definition, key)?.kind ?? "";
      const precision = questionOf(this.definition, key)?.precision ?? "month";
      const text = fault.message ?? this.sheet.fault(fault.code, kind === "date" ? precision : kind, { ...fault });
      return [{ key, text }];
    });
  }

  /** Shows the faults of this section, and whether there are any. */
  private tellFaults(): boolean {
    const section = this.sheet.sections[this.step];
    clearFaults(this.form);
    const found = section ? this.faults(this.step) : [];
    if (section && found.length > 0) tellFaults(this.form, this.sheet, section, found);
    return found.length > 0;
  }

  private async switchTo(language: string): Promise<void> {
    const { campaign, version } = this.keeper.entry;
    try {
      this.sheet = await fetchSheet(campaign, version, language);
    } catch {
      return this.tell(this.sheet.problem("network"));
    }
    this.layOut(pairsOf(this.form));
    this.show(this.step, false);
    await this.save();
  }

  /** Something at the top of the page that the person has to know. */
  private tell(...parts: (string | Node)[]): void {
    this.form.querySelectorAll(".summary").forEach((it) => it.remove());
    const told = element("div", { class: "summary made", role: "alert", tabindex: "-1" });
    const line = element("p");
    line.append(...parts);
    told.append(line);
    this.form.querySelector("section:not([hidden]) h1, .made h1")?.after(told);
    scrollTo(0, 0);
    told.focus();
  }

  private async send(): Promise<void> {
    const [pressed] = this.form.querySelectorAll<HTMLButtonElement>("button.main");
    if (pressed?.getAttribute("aria-disabled")) return;
    pressed?.setAttribute("aria-disabled", "true");
    clearTimeout(this.saving);
    try {
      if (await this.mendAdmission()) await this.outcome(await this.keeper.send(this.change()));
    } catch (error) {
      this.tell(this.sheet.problem(codeOf(error)));
    } finally {
      pressed?.removeAttribute("aria-disabled");
    }
  }

  /** Takes the invitation that was typed in after a refusal; whether there is something to send with. */
  private async mendAdmission(): Promise<boolean> {
    const field = this.form.querySelector<HTMLInputElement>("#invitation");
    if (!field) return true;
    const invitation = readInvitation(field.value) ?? undefined;
    const typed = field.value.trim();
    if (typed && !invitation) {
      field.setAttribute("aria-invalid", "true");
      this.tell(this.sheet.problem("invitation_malformed"));
      return false;
    }
    const campaign = await getCampaign(this.server, this.keeper.entry.campaign);
    if (!invitation && campaign.access !== "open" && !campaign.testing) {
      this.tell(this.sheet.problem("invitation_missing"));
      return false;
    }
    const { card, ...admitted } = await admission(campaign, invitation, this.keeper);
    await this.keeper.keep({ ...admitted, note: { ...this.keeper.note, card } });
    await finishPass(this.server, this.keeper);
    return true;
  }

  private async outcome(outcome: Outcome): Promise<void> {
    const { keeper, sheet } = this;
    if ("refused" in outcome) return this.tellRefused(outcome.refused);
    keeper.onOutcome = (later) => void this.outcome(later);
    // Nothing is filled in any more: the back button must not show what was.
    this.isOver = true;
    clearTimeout(this.saving);
    this.form.reset();
    if ("elsewhere" in outcome) return tellElsewhere(sheet);
    history.replaceState({}, "");
    if ("waits" in outcome) return tellWaiting(sheet, keeper.entry.receipt);
    await tellSent(sheet, keeper, this.isShared);
  }

  /** Says why it was refused, and what can be done about it. */
  private tellRefused(code: string): void {
    const { sheet } = this;
    if (this.isOver) {
      this.isOver = false;
      this.layOut(this.keeper.note.pairs);
    }
    this.show(CHECK, false);
    if (MENDABLE.test(code)) {
      const place = element("div", { class: "question made" });
      const label = element("label", { for: "invitation" });
      label.textContent = sheet.word("code");
      const attributes = { class: "code", id: "invitation", dir: "ltr", maxlength: "40", autocomplete: "off", spellcheck: "false" };
      const field = element("input", { ...attributes, autocapitalize: "characters" });
      // Otherwise the first button of the page would be pressed.
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        void this.send();
      });
      place.append(label, field);
      this.form.querySelector(".made .buttons")!.before(place);
    }
    if (!MAY_PASS.test(code)) {
      const line = element("p", { class: "made" });
      line.append(this.startOver());
      this.form.querySelector(".made .buttons")!.after(line);
    }
    this.tell(sheet.problem(code));
  }

  /** A button for a way out of what cannot be sent, or is somebody else's. */
  private startOver(): HTMLButtonElement {
    const over = button("", this.sheet.word("start_over"));
    over.type = "button";
    over.addEventListener("click", async () => {
      this.isOver = true;
      clearTimeout(this.saving);
      this.main.replaceChildren();
      await this.keeper.drop();
      location.reload();
    });
    return over;
  }
}
