// One answer against its question: kinds, options, bounds, lengths. The codes of faults are those of a server's problems.

import { scaled } from "./definition.js";
import type { Answer, Given, Place, Question } from "./definition.js";
import { boundsOf, readDate, startOf, within } from "./dates.js";
import type { Precision } from "./dates.js";
import { asRead, characters } from "./reading.js";

/** What is wrong with an answer, where, and the particulars that a person wants to know. */
export interface Fault {
  /** A JSON pointer within the answers: `/sleep`, `/help/2`. */
  pointer: string;
  code: string;
  min?: string;
  max?: string;
  step?: string;
  decimals?: number;
  max_length?: number;
  fewest?: number;
  most?: number;
  message?: string;
}

/** Digits after the point of the answers to a question. */
const decimalsOf = (question: Question): number => (question.kind === "decimal" ? (question.decimals ?? 1) : 0);

/** How many options an answer has, at least and at most. */
function countsOf({ question, options }: Place): { fewest?: number | null | undefined; most?: number | null | undefined } {
  if (question.kind !== "ranking") return question;
  const most = Math.min(Math.max(question.most ?? options.size, 1), options.size);
  return { fewest: question.fewest ?? most, most };
}

/**
 * The answer as it is stored, or what is wrong with it.
 *
 * @param week in which it is given, as dates are kept by the week.
 */
export function check(place: Place, said: Exclude<Answer, null>, week: string): Given | Fault[] {
  const { question, options } = place;
  const at = `/${question.key}`;
  const fault = (code: string, more: Partial<Fault> = {}): Fault[] => [{ pointer: at, code, ...more }];
  const wrongType = fault("wrong_type");
  switch (question.kind) {
    case "single_choice":
      if (typeof said !== "string") return wrongType;
      return options.has(said) ? said : fault("unknown_option");
    case "multiple_choice":
    case "ranking":
      return Array.isArray(said) ? several(place, said, at) : wrongType;
    case "rating":
    case "integer":
    case "decimal":
      return typeof said === "number" ? number(question, said, fault) : wrongType;
    case "yes_no":
      return typeof said === "boolean" ? said : wrongType;
    case "statement":
      if (!question.acknowledge) return fault("takes_no_answer");
      return said === true ? said : wrongType;
    case "text": {
      const most = question.max_length ?? 1;
      if (typeof said !== "string") return wrongType;
      return characters(said) > most ? fault("too_long", { max_length: most }) : asRead(said);
    }
    default: {
      const precision: Precision = question.precision ?? "month";
      const date = typeof said === "string" ? readDate(said, precision) : undefined;
      if (date === undefined) return wrongType;
      const { first, last } = boundsOf(question as { earliest?: string; latest?: string }, precision, week);
      const early = first !== undefined && startOf(date) < startOf(first);
      const late = last !== undefined && startOf(date) > startOf(last);
      if (early || late) return fault("out_of_bounds", { min: first ?? "1900", max: last ?? "2099" });
      return within(date, precision, week);
    }
  }
}

function number(question: Question, said: number, fault: (code: string, more?: Partial<Fault>) => Fault[]): Given | Fault[] {
  const decimals = decimalsOf(question);
  const units = (number: unknown): number => scaled(Number(number), decimals) ?? 0;
  const [min, max] = [units(question.min), units(question.max)];
  const found = scaled(said, decimals);
  const written = (units: number): string => String(units / 10 ** decimals);
  if (found === undefined || found < min || found > max) {
    if (found === undefined && question.kind !== "decimal") return fault("wrong_type");
    if (found === undefined && Math.abs(said) < 1e9) return fault("too_precise", { decimals });
    return fault("out_of_bounds", { min: written(min), max: written(max) });
  }
  const step = question.step == null ? 1 : units(question.step);
  if ((found - min) % step !== 0) return fault("off_step", { min: written(min), step: written(step) });
  return found / 10 ** decimals;
}

/** Options that were chosen, which are stored in their order; or put in an order, which is stored as it is. */
function several(place: Place, codes: readonly unknown[], at: string): Given | Fault[] {
  const { question, options } = place;
  const [chosen, faults]: [string[], Fault[]] = [[], []];
  let excluding = -1;
  codes.slice(0, options.size + 1).forEach((code, number) => {
    const pointer = `${at}/${number}`;
    if (typeof code !== "string") faults.push({ pointer, code: "wrong_type" });
    else if (!options.has(code)) faults.push({ pointer, code: "unknown_option" });
    else if (chosen.includes(code)) faults.push({ pointer, code: "option_twice" });
    else {
      if (options.get(code)!.exclusive && excluding < 0) excluding = number;
      chosen.push(code);
    }
  });
  if (excluding >= 0 && codes.length > 1) faults.push({ pointer: `${at}/${excluding}`, code: "exclusive_option" });
  if (faults.length > 0) return faults;
  const { fewest, most } = countsOf(place);
  if (excluding < 0) {
    if (fewest != null && chosen.length < fewest) return [{ pointer: at, code: "too_few_options", fewest }];
    if (most != null && chosen.length > most) return [{ pointer: at, code: "too_many_options", most }];
  }
  return question.kind === "ranking" ? chosen : [...options.keys()].filter((code) => chosen.includes(code));
}

/** Whether this says no more than if it were not there, as a client may send that keeps a field for every question. */
export function saysNothing(question: Question, said: Answer, shown: boolean, edition: number): boolean {
  if (said === null) return !shown;
  if (question.kind === "text" && typeof said === "string") return asRead(said).trim() === "";
  if (Array.isArray(said) && said.length === 0) return !shown || (!!question.required && edition > 1);
  return said === "" && !shown;
}
