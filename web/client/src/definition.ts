// What is read of a form's definition. The types are those of the document.

import type { components } from "./generated/api.js";

type Schemas = components["schemas"];
export type Definition = Schemas["FormDefinition"];
export type Question = Schemas["QuestionDefinition"];
export type Option = Schemas["OptionDefinition"];
export type Condition = Schemas["ConditionDefinition"];
export type ScoreDefinition = Schemas["ScoreDefinition"];
export type FormVersion = Schemas["FormVersionView"];

/** An answer: a code, codes, a number, yes or no, a text, a date; null declines. */
export type Answer = string | string[] | number | boolean | null;
export type Answers = { [question: string]: Answer };

/** What was not shown. A blank answer is undefined, and a declined one is null. */
export const HIDDEN: unique symbol = Symbol("hidden");

/** An answer that was given, as it is stored. */
export type Given = string | string[] | number | boolean;
export type State = Given | null | undefined | typeof HIDDEN;

export const given = (state: State): state is Given => state !== null && state !== undefined && state !== HIDDEN;

/** The lowest and the highest number of each score. */
export type Ranges = { readonly [score: string]: readonly number[] };

/** A question in its place: also a value from the address, and a text beside an option. */
export interface Place {
  readonly key: string;
  readonly question: Question;
  /** By their codes, in the order of the definition. */
  readonly options: ReadonlyMap<string, Option>;
  /** Conditions of the section and of its own. */
  readonly conditions: readonly Condition[];
}

/** A number in units of the last of so many decimals; none if it has more of them, or is too large. */
export function scaled(number: number, decimals: number): number | undefined {
  const written = String(number);
  const [, fraction = ""] = written.split(".");
  if (!(Math.abs(number) <= 1e9) || written.includes("e") || fraction.length > decimals) return undefined;
  return Math.round(number * 10 ** decimals) + 0;
}

/** The number of an answer in comparisons, if it has one. */
export function numberOf({ question, options }: Place, said: Given): number | undefined {
  if (typeof said === "number") return said;
  return question.kind === "single_choice" ? (options.get(said as string)?.value ?? undefined) : undefined;
}
