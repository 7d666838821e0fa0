// The fields of the form as answers, and back. The names are those that a page without a script sends.

import { questionOf } from "../../client/src/form.js";
import type { Answers, Form } from "../../client/src/form.js";
import { typedNumber } from "../../client/src/numbers.js";
import type { Answer, Question } from "../../client/src/definition.js";

/** A radio button with this value declines. */
const DECLINE = "~";

/** Every field with its value, in the order of the page. */
export const pairsOf = (form: HTMLFormElement): [string, string][] =>
  [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string");

/** Fills the fields in. Those that are not named stay empty, and what the author filled in beforehand stands at the first time. */
export function write(form: HTMLFormElement, pairs: [string, string][]): void {
  const isFirst = !pairs.some(([name]) => form.elements.namedItem(name));
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
      if (!isFirst) field.checked = pairs.some(([name, value]) => name === field.name && value === field.value);
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      const found = pairs.find(([name]) => name === field.name);
      if (!isFirst) field.value = found?.[1] ?? "";
    } else if (field instanceof HTMLSelectElement) {
      const values = [...field.options].map((option) => option.value);
      const found = pairs.find(([name, value]) => name === field.name && value !== "" && values.includes(value));
      if (!isFirst) field.value = found?.[1] ?? "";
    }
  }
  // Values from the address have no field of their own.
  for (const [name, value] of pairs) {
    if (form.elements.namedItem(name)) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
}

/** The answers as they are filled in, also those to questions that are hidden now. */
export function read(form: HTMLFormElement, definition: Form): Answers {
  const answers: Answers = {};
  const said = new Map<string, string[]>();
  for (const [name, value] of pairsOf(form)) {
    if (value !== "") said.set(name, [...(said.get(name) ?? []), value]);
  }
  for (const [name, values] of said) {
    const [kind, key = ""] = [name.slice(0, 2), name.slice(2)];
    const question = questionOf(definition, key);
    if (!question) continue;
    if (kind === "d." || values.includes(DECLINE)) answers[key] = null;
    else if (kind === "q." && answers[key] === undefined) answers[key] = answerOf(question, values);
  }
  return answers;
}

function answerOf(question: Question, values: string[]): Answer {
  const last = values[values.length - 1]!;
  switch (question.kind) {
    case "multiple_choice":
      return values;
    case "ranking": {
      const ranked = values.map((it) => [Number(it.split(" ")[0]), it.split(" ")[1]!] as const);
      return ranked.sort(([one], [other]) => one - other).map(([, code]) => code);
    }
    case "rating":
    case "integer":
    case "decimal":
      return typedNumber(last, question.kind !== "decimal") ?? last;
    case "yes_no":
    case "statement":
      return last === "true";
    case "date":
      return last.trim();
    default:
      return last;
  }
}

/** The first field of a question. */
export const fieldOf = (form: HTMLFormElement, key: string): HTMLElement | undefined =>
  [...form.elements].find((it): it is HTMLInputElement => (it as HTMLInputElement).name === `q.${key}`);
