// The questions and scores of a form, from its codebook.

import { api, type Schemas } from "../session.js";
import { language } from "../words.js";

type Column = Schemas["CodebookColumn"];

/** A question or a score, by its name in exports. */
export interface Item {
  name: string;
  kind: string;
  text: string;
  background: boolean;
  /** What can be answered, where that is a list. */
  options: (readonly [code: string, label: string])[];
  numbers: number;
}

export interface Codebook {
  items: Item[];
  columns: Column[];
  languages: string[];
  /** That of the texts. */
  language: string | undefined;
}

const nameOf = ({ column, option }: Column): string => (option ? column.replace(`__${option}`, "") : column);

function itemsOf(columns: Column[]): Item[] {
  const items = new Map<string, Item>();
  for (const it of columns) {
    // A group is another view of an item that is there already.
    if (it.kind === "group" || (!it.question && it.kind !== "score")) continue;
    const name = nameOf(it);
    const known = items.get(name);
    if (known) {
      if (it.option) known.options.push([it.option, it.label ?? it.option]);
      continue;
    }
    const options = it.option ? [[it.option, it.label ?? it.option] as const] : it.codes.filter((code) => code.level == null).map(({ code, label }) => [code, label] as const);
    const numbers = it.min != null && it.max != null && it.kind === "integer" ? Number(it.max) - Number(it.min) + 1 : Infinity;
    items.set(name, { name, kind: it.kind, text: it.text, background: it.background ?? false, options, numbers });
  }
  return [...items.values()];
}

/** The codebook in the console's language if the form has it. */
export async function codebookOf(form: string): Promise<Codebook> {
  const newest = await api("get", "/v1/forms/{form}", { path: { form }, query: { language: "*" } });
  const { languages } = newest.definition;
  const known = languages.includes(language) ? language : undefined;
  const { columns } = await api("get", "/v1/forms/{form}/codebook.json", { path: { form }, query: { language: known } });
  return { items: itemsOf(columns), columns, languages, language: known ?? languages[0] };
}

/** What a table can be broken down by. */
export const canBreakDown = ({ kind, numbers }: Item): boolean =>
  ["single_choice", "multiple_choice", "yes_no", "rating", "ranking"].includes(kind) || numbers <= 32;
/** What figures can be about. */
export const hasFigures = ({ kind }: Item): boolean => kind !== "text" && kind !== "date";
