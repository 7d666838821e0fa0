// The logic of a form on the device: what is shown, what is wrong, scores and notices, by the rules of a server.

import { check, saysNothing } from "./answers.js";
import type { Fault } from "./answers.js";
import { HIDDEN, given, numberOf } from "./definition.js";
import type { Answer, Answers, Condition, Definition, Option, Place, Question, Ranges, State } from "./definition.js";
import { startOf, weekOf } from "./dates.js";
import { computations } from "./scores.js";
import type { Compute, Looked, ScoreValue } from "./scores.js";
import { utf8 } from "./bytes.js";
import { sha256 } from "./sha256.js";

export type { Fault } from "./answers.js";
export type { Answer, Answers, Condition, Definition, Option, Question, Ranges } from "./definition.js";

/** The most keys of questions that there are not that are named, as a server does. */
const MOST_UNKNOWN = 100;

/** A form that was made ready. */
export interface Form {
  readonly definition: Definition;
  readonly places: ReadonlyMap<string, Place>;
  readonly scores: ReadonlyMap<string, Compute>;
}

/** A score with its key. */
export interface Score {
  key: string;
  value: number | null;
  band: string | null;
  answered: number;
  shown: number;
}

/** The way through a form that answers lead. */
export interface Walk {
  /** Keys of what is shown, in order. */
  shown: string[];
  /** What a server would refuse. */
  faults: Fault[];
  /** The answers as a server would store them. */
  answers: Answers;
  /** All of which a question is shown. */
  scores: Score[];
  /** Keys of the notices to show. */
  notices: string[];
}

/** When and in which language a form is answered: this week, and the first one, where nothing is said. */
export interface Occasion {
  week?: string | undefined;
  language?: string | undefined;
}

const has = (all: object, key: string): boolean => Object.prototype.hasOwnProperty.call(all, key);

/** Makes a form ready; `version` is what a server says of it. */
export function prepare(version: { definition: Definition; score_ranges?: Ranges | undefined }): Form {
  const { definition } = version;
  const places = new Map<string, Place>();
  const add = (question: Question, options: readonly Option[] = [], conditions: (Condition | null | undefined)[] = []): void => {
    const byCode = new Map(options.map((option) => [option.code, option]));
    places.set(question.key, { key: question.key, question, options: byCode, conditions: conditions.filter((it) => it != null) });
  };
  for (const { key, text, values } of definition.parameters ?? []) {
    add({ key, text, kind: "single_choice", background: true, options: values }, values);
  }
  for (const section of definition.sections) {
    for (const question of section.questions) {
      const options = question.options ?? definition.scales?.[question.scale ?? ""] ?? [];
      add(question, options, [section.show_when, question.show_when]);
      for (const { code, specify } of question.options ?? []) {
        if (!specify) continue;
        const { key, text, max_length } = specify;
        const test = question.kind === "single_choice" ? { is: code } : { includes: code };
        add({ key, text, kind: "text", max_length }, [], [section.show_when, { question: question.key, ...test }]);
      }
    }
  }
  return { definition, places, scores: computations(definition, places, version.score_ranges ?? {}) };
}

/** Follows the routing, checks the answers, and works out scores and notices. An answer that is wrong counts as blank. */
export function walk(form: Form, said: Answers, occasion: Occasion = {}): Walk {
  const { definition, places } = form;
  const week = occasion.week ?? weekOf(new Date());
  const edition = definition.edition ?? 1;
  const states = new Map<string, State>();
  const looked = looking(form, states);
  const faults: Fault[] = [];
  const unknown = Object.keys(said).filter((key) => !places.has(key));
  for (const key of unknown.sort(byCodePoints).slice(0, MOST_UNKNOWN)) {
    faults.push({ pointer: `/${key.replace(/~/g, "~0").replace(/\//g, "~1")}`, code: "unknown_question" });
  }
  for (const place of places.values()) {
    const { key, question } = place;
    const shown = place.conditions.every(looked.holds);
    let answer: Answer | undefined = has(said, key) ? said[key] : undefined;
    if (answer !== undefined && saysNothing(question, answer, shown, edition)) answer = undefined;
    let state: State = shown ? undefined : HIDDEN;
    const fault = (code: string): number => faults.push({ pointer: `/${key}`, code });
    if (!shown) {
      if (answer !== undefined) fault("hidden");
    } else if (answer === undefined) {
      if (question.required) fault("required");
    } else if (answer === null) {
      state = null;
    } else {
      const found = check(place, answer, week);
      if (isFaults(found)) faults.push(...found);
      else state = found;
    }
    states.set(key, state);
  }
  if (faults.length === 0) {
    const language = occasion.language ?? definition.languages[0] ?? "";
    faults.push(...brokenConstraints(form, states, looked, language));
  }
  const entries = [...states].filter(([, state]) => state === null || given(state)) as [string, Answer][];
  return {
    shown: [...states].filter(([, state]) => state !== HIDDEN).map(([key]) => key),
    faults,
    answers: Object.fromEntries(entries),
    scores: [...form.scores.keys()]
      .map((key) => {
        const { value, band, answered, shown } = looked.score(key);
        return { key, value, band, answered, shown };
      })
      .filter((score) => score.shown > 0),
    notices: (definition.notices ?? []).filter((it) => looked.holds(it.show_when)).map((it) => it.key),
  };
}

const isFaults = (found: unknown): found is Fault[] => Array.isArray(found) && typeof found[0] === "object";

function byCodePoints(one: string, other: string): number {
  const [ones, others] = [[...one], [...other]];
  for (let at = 0; at < Math.min(ones.length, others.length); at++) {
    const differs = ones[at]!.codePointAt(0)! - others[at]!.codePointAt(0)!;
    if (differs) return differs;
  }
  return ones.length - others.length;
}

/** What conditions and scores see of the answers so far. A score looks only at what comes before whoever looks at it. */
function looking(form: Form, states: ReadonlyMap<string, State>): Looked {
  const known = new Map<string, ScoreValue>();
  const looked: Looked = {
    state: (key) => (states.has(key) ? states.get(key) : HIDDEN),
    score(key) {
      const value = known.get(key) ?? form.scores.get(key)!(looked);
      known.set(key, value);
      return value;
    },
    holds: (condition) => holds(form, condition, looked),
  };
  return looked;
}

function holds(form: Form, condition: Condition, looked: Looked): boolean {
  const { any, all, not, question, score } = condition;
  if (any) return any.some(looked.holds);
  if (all) return all.every(looked.holds);
  if (not) return !looked.holds(not);
  if (score != null) {
    const { value, band } = looked.score(score);
    if (condition.answered != null) return (value !== null) === condition.answered;
    if (value === null) return false;
    return condition.band != null ? band === condition.band : compares(condition, value);
  }
  const place = form.places.get(question!)!;
  const state = looked.state(question!);
  if (!given(state)) return condition.answered === false;
  if (condition.answered != null) return condition.answered;
  if (Array.isArray(state)) return passes(condition, state);
  if (condition.is != null && typeof condition.is !== "number") return state === condition.is;
  const { is_one_of } = condition;
  if (is_one_of) return is_one_of.some((wanted) => state === wanted);
  // A date compares by its place among all dates.
  const inOrder = (place: Place, state: State): number | undefined => {
    if (!given(state)) return undefined;
    return place.question.kind === "date" ? startOf(state as string) : numberOf(place, state);
  };
  const number = inOrder(place, state);
  if (number === undefined) return false;
  const of = (key: string | null | undefined): number | null | undefined =>
    key == null ? undefined : (inOrder(form.places.get(key)!, looked.state(key)) ?? NaN);
  const other = {
    is: of(condition.is_question),
    at_least: of(condition.at_least_question),
    at_most: of(condition.at_most_question),
    more_than: of(condition.more_than_question),
    less_than: of(condition.less_than_question),
  };
  return compares(condition, number) || compares(other, number);
}

type Compared = { [test in "is" | "at_least" | "at_most" | "more_than" | "less_than"]?: unknown };

/** Whether a number passes the test that is there. */
function compares(test: Compared, number: number): boolean {
  const { is, at_least, at_most, more_than, less_than } = test;
  return (
    (is != null && number === is) ||
    (at_least != null && number >= (at_least as number)) ||
    (at_most != null && number <= (at_most as number)) ||
    (more_than != null && number > (more_than as number)) ||
    (less_than != null && number < (less_than as number))
  );
}

/** Whether several options pass the test that is there. */
function passes(condition: Condition, chosen: readonly string[]): boolean {
  const among = (code: string): boolean => chosen.includes(code);
  const { includes, includes_any, includes_all, includes_none, count_at_least, count_at_most } = condition;
  if (includes != null) return among(includes);
  if (includes_any) return includes_any.some(among);
  if (includes_all) return includes_all.every(among);
  if (includes_none) return !includes_none.some(among);
  if (count_at_least != null) return chosen.length >= count_at_least;
  return count_at_most != null && chosen.length <= count_at_most;
}

/** The keys of the questions that a condition looks at. */
function questionsOf(condition: Condition): string[] {
  const { any = [], all = [], not, question, is_question, at_least_question, at_most_question } = condition;
  const parts = [...(any ?? []), ...(all ?? []), ...(not ? [not] : [])];
  const keys = [question, is_question, at_least_question, at_most_question, condition.more_than_question, condition.less_than_question];
  return [...keys.filter((key): key is string => key != null), ...parts.flatMap(questionsOf)];
}

/** A fault at every question of every constraint that the answers break. Nothing can forbid to decline. */
function brokenConstraints(form: Form, states: ReadonlyMap<string, State>, looked: Looked, language: string): Fault[] {
  return (form.definition.constraints ?? []).flatMap(({ when, require, message }) => {
    const named = new Set(questionsOf(require));
    const asked = [...states].filter(([key]) => named.has(key));
    const counts = when ? looked.holds(when) : asked.every(([, state]) => given(state));
    const declined = asked.some(([, state]) => state === null);
    if (!counts || declined || looked.holds(require)) return [];
    const anyGiven = asked.some(([, state]) => given(state));
    const blamed = asked.filter(([, state]) => given(state) || (!anyGiven && state === undefined));
    return blamed.map(([key]) => ({ pointer: `/${key}`, code: "constraint", message: message[language] ?? "" }));
  });
}

/** The definition of a question, wherever it stands: with its options, also those of a scale. */
export function questionOf(form: Form, key: string): Question | undefined {
  const place = form.places.get(key);
  return place && (place.options.size ? { ...place.question, options: [...place.options.values()] } : place.question);
}

/**
 * Options in the order in which the holder of a receipt sees them, where their question says `order: random`.
 *
 * @param list the scale of the question, or else its key: questions with one scale show it in one order.
 */
export function shuffled<Some extends { code: string; fixed?: boolean | undefined }>(
  options: readonly Some[],
  receipt: string,
  list: string,
): Some[] {
  const rank = new Map(options.map((option) => [option, sha256(utf8(`${receipt}/${list}/${option.code}`))]));
  const loose = options.filter((option) => !option.fixed).sort((one, other) => {
    const [ones, others] = [rank.get(one)!, rank.get(other)!];
    const at = ones.findIndex((word, place) => word !== others[place]);
    return at < 0 ? 0 : ones[at]! - others[at]!;
  });
  return options.map((option) => (option.fixed ? option : loose.shift()!));
}

/** What a form wants filled in beforehand. */
export function defaults(form: Form): Answers {
  const places = [...form.places.values()].filter(({ question }) => question.default != null);
  return Object.fromEntries(places.map(({ key, question }) => [key, question.default as Answer]));
}

/** The values of the address by which a form was opened, as far as the form has them. */
export function parameters(form: Form, address: string | URL): Answers {
  const query = new URL(address, "http://localhost").searchParams;
  const known = (form.definition.parameters ?? []).filter(({ key, values }) => values.some((it) => it.code === query.get(key)));
  return Object.fromEntries(known.map(({ key }) => [key, query.get(key)!]));
}

/** The answers to what is shown: those to send. */
export function visible(form: Form, said: Answers, occasion: Occasion = {}): Answers {
  const shown = new Set(walk(form, said, occasion).shown);
  return Object.fromEntries(Object.entries(said).filter(([key]) => shown.has(key)));
}
