// Scores. The numbers that an author wrote are decimals, and the arithmetic is exact: whole units, a ratio of two whole numbers,
// rounded once. The first edition counts in floating point, as it always did.

import { HIDDEN, given, numberOf, scaled } from "./definition.js";
import type { Condition, Definition, Given, Place, Ranges, ScoreDefinition, State } from "./definition.js";

/** What a score comes to. */
export interface ScoreValue {
  readonly value: number | null;
  readonly band: string | null;
  readonly answered: number;
  readonly shown: number;
  /** In units of its last decimal. */
  readonly units?: bigint | undefined;
}

/** What scores are computed from. */
export interface Looked {
  state(key: string): State;
  score(key: string): ScoreValue;
  holds(condition: Condition): boolean;
}

export type Compute = (looked: Looked) => ScoreValue;

/** A number, missing (null), or hidden by routing. */
type Counted = bigint | null | typeof HIDDEN;

interface Decimal {
  readonly mantissa: bigint;
  readonly decimals: number;
}

interface Item {
  readonly low: bigint;
  readonly high: bigint;
  /** What it counts as where hidden ones count as their lowest number. */
  readonly lowest: bigint;
  readonly weight: bigint;
  counted(looked: Looked): Counted;
}

/** An item before it is counted in units: the numbers of its answers, and how it reads one. */
interface Raw {
  readonly key: string;
  /** The numbers between which it lies. */
  readonly ends: readonly Decimal[];
  readonly decimals: number;
  /** A sum of numbers, missing, or hidden. */
  read(looked: Looked): readonly Decimal[] | null | typeof HIDDEN;
}

const ten = (exponent: number): bigint => 10n ** BigInt(exponent);
const ZERO: Decimal = { mantissa: 0n, decimals: 0 };
const ONE: Decimal = { mantissa: 1n, decimals: 0 };
const least = (numbers: readonly bigint[]): bigint => numbers.reduce((one, other) => (one < other ? one : other));
const most = (numbers: readonly bigint[]): bigint => numbers.reduce((one, other) => (one > other ? one : other));
const deepest = (numbers: readonly Decimal[]): number => Math.max(0, ...numbers.map((it) => it.decimals));

/** The number that was written: the shortest one that reads as this float. */
function decimal(number: number): Decimal {
  const [digits = "", exponent = "0"] = String(number).split("e");
  const [whole, fraction = ""] = digits.split(".");
  const decimals = fraction.length - Number(exponent);
  const mantissa = BigInt(whole + fraction);
  return decimals < 0 ? { mantissa: mantissa * ten(-decimals), decimals: 0 } : { mantissa, decimals };
}

const units = (number: Decimal, decimals: number): bigint => number.mantissa * ten(decimals - number.decimals);

/** The least number of units that is not below a number. */
function unitsUp(number: Decimal, decimals: number): bigint {
  if (number.decimals <= decimals) return units(number, decimals);
  const unit = ten(number.decimals - decimals);
  const down = number.mantissa / unit;
  return number.mantissa % unit > 0n ? down + 1n : down;
}

function rounded(numerator: bigint, denominator: bigint, rule: string): bigint {
  const down = numerator / denominator;
  const rest = numerator % denominator;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const away =
    rest !== 0n &&
    (rule === "up" ||
      (rule === "half_up" && twice >= denominator) ||
      (rule === "half_even" && (twice > denominator || (twice === denominator && down % 2n !== 0n))));
  return away ? down + (numerator < 0n ? -1n : 1n) : down;
}

function ofQuestion(score: ScoreDefinition, place: Place): Raw {
  const { question, options, key } = place;
  const own = score.values?.[key];
  const written = (code: string): Decimal | undefined => (own && code in own ? decimal(own[code]!) : undefined);
  const raw = (ends: readonly Decimal[], numbers: (said: Given) => readonly Decimal[] | undefined, all = ends): Raw => ({
    key,
    ends,
    decimals: deepest(all),
    read(looked) {
      const state = looked.state(key);
      return state === HIDDEN ? HIDDEN : given(state) ? (numbers(state) ?? null) : null;
    },
  });
  const each = (codes: readonly string[], number: (code: string) => Decimal | undefined, code: (said: Given) => string): Raw => {
    const ends = codes.map(number).filter((it): it is Decimal => it !== undefined);
    return raw(ends, (said) => {
      const found = number(code(said));
      return found && [found];
    });
  };
  if (question.kind === "yes_no") {
    const number = (code: string): Decimal | undefined => (own ? written(code) : code === "yes" ? ONE : ZERO);
    return each(["no", "yes"], number, (said) => (said ? "yes" : "no"));
  }
  if (question.kind === "single_choice") {
    const number = (code: string): Decimal | undefined => {
      const value = options.get(code)?.value;
      return own ? written(code) : value == null ? undefined : decimal(value);
    };
    return each([...options.keys()], number, String);
  }
  if (question.kind === "multiple_choice") {
    const all = [...options.values()];
    const counts = score.method === "count" || (!own && all.every((it) => it.value == null));
    const number = (code: string): Decimal => {
      const option = options.get(code);
      return counts ? (option?.exclusive ? ZERO : ONE) : own ? (written(code) ?? ZERO) : decimal(option?.value ?? 0);
    };
    const numbers = all.map((it) => number(it.code));
    const depth = deepest(numbers);
    const sum = (sign: bigint): bigint => {
      const ofOption = all.filter((it) => !it.exclusive).map((it) => units(number(it.code), depth));
      return ofOption.filter((it) => it * sign > 0n).reduce((one, other) => one + other, 0n);
    };
    const alone = all.filter((it) => it.exclusive).map((it) => number(it.code));
    const ends = [...[-1n, 1n].map((sign) => ({ mantissa: sum(sign), decimals: depth })), ...alone];
    return raw(ends, (said) => (said as string[]).map(number), numbers);
  }
  if (own) {
    const [min, max] = [Number(question.min), Number(question.max)];
    return each(Object.keys(own).filter((code) => min <= Number(code) && Number(code) <= max), written, String);
  }
  const depth = question.kind === "decimal" ? (question.decimals ?? 1) : 0;
  const line = (number: number): Decimal => ({ mantissa: BigInt(scaled(number, depth) ?? 0), decimals: depth });
  return raw([line(Number(question.min)), line(Number(question.max))], (said) => [line(said as number)]);
}

function ofScore(key: string, ranges: Ranges, decimals: number): Raw {
  const range = ranges[key];
  if (!range) throw new Error(`the range of the score ${key} is needed: give score_ranges with the definition`);
  const line = (number: number): Decimal => ({ mantissa: units(decimal(number), decimals), decimals });
  return {
    key,
    ends: range.map(line),
    decimals,
    read(looked) {
      const score = looked.score(key);
      if (score.units !== undefined) return [{ mantissa: score.units, decimals }];
      return score.shown === 0 ? HIDDEN : null;
    },
  };
}

/** The item in units of so many decimals, multiplied and turned round. */
function item(raw: Raw, decimals: number, times: bigint, reversed: boolean, weight: bigint): Item {
  const ends = raw.ends.map((it) => units(it, decimals));
  const [low, high] = [least(ends), most(ends)];
  const turned = (number: bigint): bigint => times * (reversed ? low + high - number : number);
  const [one, other] = [turned(low), turned(high)];
  return {
    low: least([one, other]),
    high: most([one, other]),
    lowest: reversed ? other : one,
    weight,
    counted(looked) {
      const read = raw.read(looked);
      if (read === null || read === HIDDEN) return read;
      return turned(read.reduce((sum, it) => sum + units(it, decimals), 0n));
    },
  };
}

/** What a condition looks at itself. */
function looksAt(condition: Condition): { questions: string[]; scores: string[] } {
  const parts = [...(condition.any ?? []), ...(condition.all ?? []), ...(condition.not ? [condition.not] : [])].map(looksAt);
  const { question, score } = condition;
  const other =
    condition.is_question ??
    condition.at_least_question ??
    condition.at_most_question ??
    condition.more_than_question ??
    condition.less_than_question;
  return {
    questions: [question, other, ...parts.flatMap((it) => it.questions)].filter((it): it is string => it != null),
    scores: [score, ...parts.flatMap((it) => it.scores)].filter((it): it is string => it != null),
  };
}

/** An item that counts as one where a condition holds, and as missing where nobody knows. */
function whenHolds(condition: Condition, one: bigint): Item {
  const { questions, scores } = looksAt(condition);
  return {
    low: 0n,
    high: one,
    lowest: 0n,
    weight: 1n,
    counted(looked) {
      if (looked.holds(condition)) return one;
      const states = questions.map((key) => looked.state(key));
      if (scores.length === 0 && states.every((it) => it === HIDDEN)) return HIDDEN;
      const known =
        states.every((it) => it === HIDDEN || given(it)) &&
        scores.map((key) => looked.score(key)).every((it) => it.value !== null || it.shown === 0);
      return known ? 0n : null;
    },
  };
}

type Cell = number | number[] | { from: number; to: number } | "any" | "hidden";
type Row = { at: Cell[]; value: number };

/** Whether a number, in units of so many decimals, is what a cell of a table wants. */
function fits(cell: Cell, counted: Counted, decimals: number): boolean {
  if (counted === null) return false;
  if (cell === "any") return true;
  if (counted === HIDDEN || typeof cell === "string") return counted === HIDDEN && cell === "hidden";
  const wanted = (number: number): bigint => units(decimal(number), decimals);
  if (typeof cell === "number") return wanted(cell) === counted;
  if (Array.isArray(cell)) return cell.some((number) => wanted(number) === counted);
  return wanted(cell.from) <= counted && counted <= wanted(cell.to);
}

function exactly(definition: Definition, score: ScoreDefinition, places: ReadonlyMap<string, Place>, ranges: Ranges): Compute {
  const { method, weights = {}, reversed = [], hidden = "left_out" } = score;
  const table = rowsOf(score);
  const raws = (score.of ?? []).map((key) => ofQuestion(score, places.get(key)!));
  for (const key of score.of_scores ?? []) raws.push(ofScore(key, ranges, decimalsOf(definition, key, places)));
  const plus = decimal(score.plus ?? 0);
  const numbers = Math.max(0, ...raws.map((raw) => raw.decimals));
  const ofWeights = deepest(Object.values(weights).map(decimal));
  const to = (method === "mean" ? (score.to ?? [0, 100]) : [0, 0]).map(decimal);
  const cells = deepest(table.flatMap((row) => row.at.flatMap(numbersOf)).map(decimal));
  // The numerator, and the numbers of the items, are counted in units of so many decimals.
  const unit = unitOf(score, numbers);
  const ofItems =
    method === "mean" ? numbers : method === "sum" ? unit - ofWeights : method === "table" ? Math.max(numbers, cells) : unit;
  const items = raws.map((raw) => {
    const weight = units(decimal(weights[raw.key] ?? 1), ofWeights);
    const sums = method === "sum";
    return item(raw, ofItems, sums ? weight : 1n, reversed.includes(raw.key), sums ? 1n : weight);
  });
  for (const condition of score.count_when ?? []) items.push(whenHolds(condition, ten(unit)));
  const decimals = roundedTo(score, unit);
  const rule = score.round?.rule ?? "half_up";
  const [more, less] = [ten(Math.max(0, decimals - unit)), ten(Math.max(0, unit - decimals))];
  const share = decimal(method === "table" ? 0 : (score.at_least_answered ?? 0.5));
  const bands = (score.bands ?? []).map((band) => unitsUp(decimal(band.from), decimals));
  const rows = table.map((row) => ({ at: row.at, value: units(decimal(row.value), unit) }));

  /** A ratio of two whole numbers. */
  const ratio = (counted: readonly Counted[]): [bigint, bigint] | undefined => {
    const known = items.flatMap((it, at) => (typeof counted[at] === "bigint" ? [{ item: it, number: counted[at] }] : []));
    const sum = (of: (it: (typeof known)[number]) => bigint): bigint => known.reduce((all, it) => all + of(it), 0n);
    /** The weighed mean of where each number lies between the ends of its item. */
    const position = (weight: (it: Item) => bigint): [bigint, bigint] => {
      const all = known.reduce((product, it) => product * (it.item.high - it.item.low), 1n);
      return [
        sum((it) => (weight(it.item) * (it.number - it.item.low) * all) / (it.item.high - it.item.low)),
        sum((it) => weight(it.item)) * all,
      ];
    };
    switch (method) {
      case "mean": {
        const [bottom, top] = to.map((it) => units(it, unit)) as [bigint, bigint];
        const [over, all] = position((it) => it.weight);
        return [bottom * all + (top - bottom) * over, all];
      }
      case "sum": {
        const missing = items.filter((_, at) => counted[at] === null);
        if (missing.length === 0) return [sum((it) => it.number), 1n];
        const [over, all] = position(() => 1n);
        const lows = missing.reduce((total, it) => total + it.low, 0n);
        const lengths = missing.reduce((total, it) => total + it.high - it.low, 0n);
        return [(sum((it) => it.number) + lows) * all + over * lengths, all];
      }
      case "raw_mean":
        return [sum((it) => it.item.weight * it.number), sum((it) => it.item.weight)];
      case "max":
        return [most(known.map((it) => it.number)), 1n];
      case "min":
        return [least(known.map((it) => it.number)), 1n];
      case "count":
        return [sum((it) => it.number), 1n];
      default: {
        const row = rows.find((it) => it.at.every((cell, at) => fits(cell, counted[at]!, ofItems)));
        return row && [row.value, 1n];
      }
    }
  };

  return (looked) => {
    const counted = items.map((it): Counted => {
      const found = it.counted(looked);
      if (found !== HIDDEN) return found;
      return hidden === "lowest" ? it.lowest : hidden === "missing" ? null : HIDDEN;
    });
    const shown = counted.filter((it) => it !== HIDDEN).length;
    const answered = counted.filter((it) => typeof it === "bigint").length;
    const enough =
      answered > 0 &&
      (score.at_least_items == null
        ? BigInt(answered) * ten(share.decimals) >= share.mantissa * BigInt(shown)
        : answered >= score.at_least_items);
    const found = enough ? ratio(counted) : undefined;
    if (!found) return { value: null, band: null, answered, shown };
    const [numerator, denominator] = found;
    const inUnits = rounded((numerator + units(plus, unit) * denominator) * more, denominator * less, rule);
    const band = bands.filter((from) => inUnits >= from).length - 1;
    const value = Number(inUnits) / 10 ** decimals;
    return { value, band: score.bands?.[band]?.code ?? null, answered, shown, units: inUnits };
  };
}

const rowsOf = (score: ScoreDefinition): Row[] => (score.table ?? []) as Row[];

function numbersOf(cell: Cell): number[] {
  if (typeof cell === "number") return [cell];
  return typeof cell === "string" ? [] : Array.isArray(cell) ? cell : [cell.from, cell.to];
}

/** How many decimals the numerator of a score is counted in, where its items have so many. */
function unitOf(score: ScoreDefinition, numbers: number): number {
  const plus = decimal(score.plus ?? 0).decimals;
  const weights = deepest(Object.values(score.weights ?? {}).map(decimal));
  switch (score.method) {
    case "mean":
      return Math.max(plus, deepest((score.to ?? [0, 100]).map(decimal)));
    case "sum":
      return Math.max(plus, numbers + weights);
    case "table":
      return deepest(rowsOf(score).map((row) => decimal(row.value)));
    default:
      return Math.max(plus, numbers);
  }
}

function roundedTo(score: ScoreDefinition, unit: number): number {
  if (score.round) return score.round.decimals;
  if (score.method === "mean" || score.method === "raw_mean") return 1;
  return score.method === "sum" ? Math.min(Math.max(unit, 1), 4) : Math.min(unit, 4);
}

/** Digits after the point of the score with this key. */
function decimalsOf(definition: Definition, key: string, places: ReadonlyMap<string, Place>): number {
  const score = definition.scores!.find((it) => it.key === key)!;
  const numbers = [
    ...(score.of ?? []).map((it) => ofQuestion(score, places.get(it)!).decimals),
    ...(score.of_scores ?? []).map((it) => decimalsOf(definition, it, places)),
  ];
  return roundedTo(score, unitOf(score, Math.max(0, ...numbers)));
}

/** A score of the first edition. */
function firstEdition(score: ScoreDefinition, places: ReadonlyMap<string, Place>): Compute {
  const [bottom = 0, top = 100] = score.to ?? [];
  const of = (score.of ?? []).map((key) => {
    const place = places.get(key)!;
    const { min, max } = place.question;
    const values = [...place.options.values()].flatMap((it) => it.value ?? []);
    const ends = place.question.kind === "single_choice" ? values : [Number(min), Number(max)];
    return { place, low: Math.min(...ends), high: Math.max(...ends) };
  });
  return (looked) => {
    let [shown, answered, sum] = [0, 0, 0];
    for (const { place, low, high } of of) {
      const state = looked.state(place.key);
      if (state === HIDDEN) continue;
      shown++;
      const number = given(state) ? numberOf(place, state) : undefined;
      if (number === undefined) continue;
      answered++;
      sum += bottom + ((number - low) / (high - low)) * (top - bottom);
    }
    if (answered === 0 || answered < (score.at_least_answered ?? 0.5) * shown) {
      return { value: null, band: null, answered, shown };
    }
    const mean = sum / answered;
    const whole = score.method === "sum" ? mean * shown : mean;
    const value = (Math.sign(whole) * Math.round(Math.abs(whole * 10))) / 10 + 0;
    const bands = score.bands ?? [];
    const band = bands.filter((it) => value >= it.from).length - 1;
    return { value, band: bands[band]?.code ?? null, answered, shown };
  };
}

/** How each score of a form is computed, by its key. */
export function computations(definition: Definition, places: ReadonlyMap<string, Place>, ranges: Ranges): Map<string, Compute> {
  const first = (definition.edition ?? 1) === 1;
  const compute = (score: ScoreDefinition): Compute =>
    first ? firstEdition(score, places) : exactly(definition, score, places, ranges);
  return new Map((definition.scores ?? []).map((score) => [score.key, compute(score)]));
}
