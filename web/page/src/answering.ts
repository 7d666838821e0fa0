// Filling in the form: one section at a time, checked on the device, and kept there until it is sent.

import { questionOf, shuffled, visible, walk } from "../../client/src/form.js";
import type { Answers, Form, Walk } from "../../client/src/form.js";
import { checkPage } from "./check.js";
import { button, element } from "./elements.js";
import { fieldOf, pairsOf, read, write } from "./fields.js";
import type { Keeper, Outcome } from "./keeper.js";
import { fetchSheet } from "./sheet.js";
import type { Sheet } from "./sheet.js";

/** Behind the last section. */
const CHECK = 1000;

export class Answering {
  private readonly main = document.querySelector("main")!;
  private form = element("form");
  private step = 0;
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly definition: Form,
    private sheet: Sheet,
    private readonly keeper: Keeper,
  ) {
    addEventListener("popstate", ({ state }) => {
      if (typeof state?.step === "number") this.show(state.step, false);
    });
    addEventListener("pagehide", () => void this.save());
  }

  start(): void {
    this.layOut();
    const [first = CHECK] = this.shown();
    history.replaceState({ step: first }, "");
    this.show(first, false);
  }

  /** Goes on after a reload: with the section where the person was, or with what became of the response. */
  resume(): void {
    this.layOut();
    const { state, note } = this.keeper.entry;
    if (state === "sent") return void this.outcome({ sent: true });
    if (state === "queued") return void this.outcome({ waits: true });
    const step = history.state?.step ?? note.step;
    history.replaceState({ step }, "");
    this.show(step, false);
  }

  /** Puts the sections of the sheet onto the page, with what was filled in. */
  private layOut(): void {
    const { sheet, main } = this;
    document.documentElement.lang = sheet.language;
    document.documentElement.dir = sheet.direction;
    this.form = element("form", { novalidate: "" });
    this.form.append(...sheet.notices, ...sheet.sections);
    this.shuffle();
    main.replaceChildren(this.form);
    write(this.form, this.keeper.entry.note.pairs);
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

  private async save(): Promise<void> {
    if (this.keeper.entry.state && this.keeper.entry.state !== "draft") return;
    clearTimeout(this.saving);
    const answers = visible(this.definition, this.answers());
    const note = { pairs: pairsOf(this.form), step: this.step };
    await this.keeper.keep({ answers, note, language: this.sheet.language }).catch(() => undefined);
  }

  private show(step: number, isNew: boolean): void {
    this.step = step;
    this.form.querySelectorAll(".made").forEach((it) => it.remove());
    this.sheet.sections.forEach((section, place) => (section.hidden = place !== step));
    const section = this.sheet.sections[step];
    if (section) this.showSection(section);
    else this.showCheck();
    this.changed();
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
  private faults(place: number): { key: string; text: string }[] {
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

  /** Shows the faults of this section with a summary at the top, and whether there are any. */
  private tellFaults(): boolean {
    const section = this.sheet.sections[this.step];
    this.form.querySelectorAll(".summary, .faults.made").forEach((it) => it.remove());
    this.form.querySelectorAll(".wrong").forEach((it) => it.classList.remove("wrong"));
    this.form.querySelectorAll("[aria-invalid]").forEach((it) => it.removeAttribute("aria-invalid"));
    for (const described of this.form.querySelectorAll("[aria-describedby]")) {
      const left = described.getAttribute("aria-describedby")!.split(" ").filter((id) => !id.startsWith("f."));
      if (left.length > 0) described.setAttribute("aria-describedby", left.join(" "));
      else described.removeAttribute("aria-describedby");
    }
    const found = section ? this.faults(this.step) : [];
    if (!section || found.length === 0) return false;
    const { sheet } = this;
    const summary = element("div", { class: "summary made", role: "alert", tabindex: "-1" });
    const heading = element("h2");
    const gap = sheet.language.startsWith("ko") ? "" : " ";
    heading.textContent = found.length === 1 ? sheet.word("faults_one") : `${found.length}${gap}${sheet.word("faults_many")}`;
    const list = element("ul");
    for (const { key, text } of found) {
      const field = fieldOf(this.form, key)!;
      const line = element("li");
      const link = element("a", { href: `#${field.id}` });
      const name = document.getElementById(`t.${key}`) ?? this.form.querySelector(`label[for="q.${CSS.escape(key)}"]`);
      link.textContent = name?.textContent ?? key;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        field.focus();
      });
      line.append(link, element("br"), text);
      list.append(line);
      const told = element("p", { class: "faults made", id: `f.${key}` });
      told.textContent = text;
      field.setAttribute("aria-invalid", "true");
      const group = field.closest<HTMLElement>("[data-key]");
      group?.classList.add("wrong");
      (group?.querySelector("legend, label") ?? field).after(told);
      const described = group?.tagName === "FIELDSET" ? group : field;
      described.setAttribute("aria-describedby", `${described.getAttribute("aria-describedby") ?? ""} f.${key}`.trim());
    }
    summary.append(heading, list);
    section.querySelector("h1")!.after(summary);
    document.title = `${sheet.word("fault")}: ${document.title}`;
    scrollTo(0, 0);
    summary.focus();
    return true;
  }

  private async switchTo(language: string): Promise<void> {
    await this.save();
    const { campaign, version } = this.keeper.entry;
    this.sheet = await fetchSheet(campaign, version, language);
    this.layOut();
    this.show(this.step, false);
    await this.save();
  }

  private async send(): Promise<void> {
    await this.save();
    const [pressed] = this.form.querySelectorAll<HTMLButtonElement>("button.main");
    if (pressed?.getAttribute("aria-disabled")) return;
    pressed?.setAttribute("aria-disabled", "true");
    try {
      await this.outcome(await this.keeper.send());
    } finally {
      pressed?.removeAttribute("aria-disabled");
    }
  }

  private async outcome(outcome: Outcome): Promise<void> {
    if ("refused" in outcome) {
      this.show(CHECK, false);
      const told = element("div", { class: "summary", role: "alert", tabindex: "-1" });
      told.textContent = this.sheet.problem(outcome.refused);
      this.form.querySelector(".made h1")!.after(told);
      told.focus();
      return;
    }
    const { receipt, campaign } = this.keeper.entry;
    if ("waits" in outcome) {
      this.tellWaiting(receipt);
      this.keeper.onOutcome((later) => void this.outcome(later));
      return;
    }
    const fields = new URLSearchParams({ go: "sent", receipt, language: this.sheet.language });
    const reply = await fetch(`/c/${campaign}/receipt`, { method: "POST", body: fields }).catch(() => undefined);
    const html = reply?.ok ? await reply.text() : "";
    const page = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    if (page) this.main.replaceChildren(...page.childNodes);
    else this.tellWaiting(receipt, true);
    const forget = button("", this.sheet.word("forget"));
    forget.type = "button";
    forget.addEventListener("click", () => void this.keeper.drop().then(() => location.reload()));
    if (!this.keeper.isShared) this.main.append(forget);
    if (this.keeper.isShared) await this.keeper.drop();
    history.replaceState({}, "");
    const heading = this.main.querySelector<HTMLElement>("h1");
    heading?.setAttribute("tabindex", "-1");
    document.title = heading?.textContent ?? document.title;
    scrollTo(0, 0);
    heading?.focus();
  }

  private tellWaiting(receipt: string, isSent = false): void {
    const heading = element("h1", { tabindex: "-1" });
    heading.textContent = this.sheet.word(isSent ? "sent_title" : "waits_title");
    const text = element("p", { role: "status" });
    text.textContent = isSent ? "" : this.sheet.word("waits_text");
    const kept = element("p", { class: "code", dir: "ltr", id: "receipt" });
    kept.textContent = receipt;
    const about = element("p");
    about.textContent = `${this.sheet.word("receipt")}: ${this.sheet.word("receipt_short")}`;
    this.main.replaceChildren(heading, text, about, kept);
    heading.focus();
  }
}
