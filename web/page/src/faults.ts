// What is wrong with the answers of a section: a summary at the top with links, and each fault at its field.

import { element } from "./elements.js";
import { fieldOf } from "./fields.js";
import type { Sheet } from "./sheet.js";

/** What is wrong with the answer to a question. */
export interface Told {
  key: string;
  text: string;
}

/** Takes away what was told before. */
export function clearFaults(form: HTMLFormElement): void {
  form.querySelectorAll(".summary, .faults.made").forEach((it) => it.remove());
  form.querySelectorAll(".wrong").forEach((it) => it.classList.remove("wrong"));
  form.querySelectorAll("[aria-invalid]").forEach((it) => it.removeAttribute("aria-invalid"));
  for (const described of form.querySelectorAll("[aria-describedby]")) {
    const left = described.getAttribute("aria-describedby")!.split(" ").filter((id) => !id.startsWith("f."));
    if (left.length > 0) described.setAttribute("aria-describedby", left.join(" "));
    else described.removeAttribute("aria-describedby");
  }
}

/** Shows the faults of a section. */
export function tellFaults(form: HTMLFormElement, sheet: Sheet, section: HTMLElement, found: Told[]): void {
  const summary = element("div", { class: "summary made", role: "alert", tabindex: "-1" });
  const heading = element("h2");
  const gap = sheet.language.startsWith("ko") ? "" : " ";
  heading.textContent = found.length === 1 ? sheet.word("faults_one") : `${found.length}${gap}${sheet.word("faults_many")}`;
  const list = element("ul");
  for (const { key, text } of found) {
    const field = fieldOf(form, key)!;
    const line = element("li");
    const link = element("a", { href: `#${field.id}` });
    const name = document.getElementById(`t.${key}`) ?? form.querySelector(`label[for="q.${CSS.escape(key)}"]`);
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
}
