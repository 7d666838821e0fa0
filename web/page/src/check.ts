// The page on which everything is checked before it is sent: each question with its answer, in the words of the form.

import { questionOf } from "../../client/src/form.js";
import type { Form, Walk } from "../../client/src/form.js";
import { button, element } from "./elements.js";
import type { Sheet } from "./sheet.js";

export function checkPage(definition: Form, sheet: Sheet, form: HTMLFormElement, walked: Walk, shown: number[]): HTMLElement {
  const page = element("div", { class: "made" });
  const heading = element("h1", { tabindex: "-1" });
  heading.textContent = sheet.word("check_title");
  const text = element("p");
  text.textContent = sheet.word("check_text");
  page.append(heading, text);
  for (const place of shown) {
    const section = element("section");
    const source = sheet.sections[place]!;
    const title = element("h2", { id: `check.${place}` });
    title.textContent = source.querySelector("h1")?.textContent ?? "";
    section.setAttribute("aria-labelledby", title.id);
    const list = element("dl");
    for (const field of source.querySelectorAll<HTMLElement>("[data-key]")) {
      const key = field.dataset["key"]!;
      const question = questionOf(definition, key);
      if (!walked.shown.includes(key) || (question?.kind === "statement" && !question.acknowledge)) continue;
      const term = element("dt", { class: "pre" });
      term.textContent = document.getElementById(`t.${key}`)?.textContent ?? field.querySelector("label")?.textContent ?? "";
      const answer = element("dd", { class: "pre" });
      answer.textContent = spoken(form, sheet, key, walked);
      list.append(term, answer);
    }
    const change = button(`section.${place}`, sheet.word("change"));
    change.id = `change.${place}`;
    change.setAttribute("aria-labelledby", `${change.id} ${title.id}`);
    const line = element("p");
    line.append(change);
    section.append(title, list, line);
    page.append(section);
  }
  return page;
}

/** An answer in the words that were chosen. */
function spoken(form: HTMLFormElement, sheet: Sheet, key: string, walked: Walk): string {
  if (walked.answers[key] === null) return sheet.word("declined");
  if (walked.answers[key] === undefined) return sheet.word("blank");
  const words: string[] = [];
  for (const field of form.querySelectorAll<HTMLInputElement>(`[name="q.${CSS.escape(key)}"]`)) {
    const label = field.closest("label")?.querySelector("span")?.textContent ?? "";
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) words.push(label);
    } else if (field.tagName === "SELECT") {
      if (field.value) words.push(`${field.value.split(" ")[0]}. ${label}`);
    } else {
      const unit = document.getElementById(`u.${key}`)?.textContent ?? "";
      const answer = walked.answers[key];
      // A number as it was understood, which is what is sent.
      words.push(`${typeof answer === "number" ? answer : field.value} ${unit}`.trim());
    }
  }
  return words.sort((one, other) => (/^\d+\. /.test(one) ? parseInt(one) - parseInt(other) : 0)).join(", ") || sheet.word("blank");
}
