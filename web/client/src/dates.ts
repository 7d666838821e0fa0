// Dates as answers: whole days, months or years between 1900 and 2099, and bounds that are counted from the week of answering.
// Days are numbered from 1 January 1970.

export type Precision = "day" | "month" | "year";

const DAY = 86_400_000;
const PARTS = { year: 1, month: 2, day: 3 };

type Parts = [year: number, month: number, day: number];

const dayOf = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / DAY;

const partsOf = (day: number): Parts => {
  const date = new Date(day * DAY);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
};

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The period of a day, written `2026-11-26`, `2026-11` or `2026`; none outside of the years that there are. */
const period = (day: number, precision: Precision): string | undefined => {
  const parts = partsOf(day);
  if (parts[0] < 1900 || parts[0] > 2099) return undefined;
  const written = parts.map((part) => String(part).padStart(2, "0"));
  return written.slice(0, PARTS[precision]).join("-");
};

/** The first day of a period. Periods of one precision stand in the order of their first days. */
export const startOf = (text: string): number => {
  const [year, month = 1, day = 1] = text.split("-").map(Number);
  return dayOf(year!, month, day);
};

/** Reads a date that is at least as exact as this, and shortens it. */
export function readDate(text: string, precision: Precision): string | undefined {
  if (!/^\d{4}(-\d\d){0,2}$/.test(text)) return undefined;
  const [year, month = 1, day = 1] = text.split("-").map(Number) as Parts;
  const exact = text.split("-").length >= PARTS[precision];
  const sound = year >= 1900 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exact && sound ? period(dayOf(year, month, day), precision) : undefined;
}

/** The ISO week of a moment, `2026-W48`. */
export function weekOf(moment: Date): string {
  const day = Math.floor(moment.getTime() / DAY);
  // A week belongs to the year of its Thursday. Day 0 was one.
  const thursday = day - (((day + 3) % 7) + 7) % 7 + 3;
  const year = partsOf(thursday)[0];
  const week = Math.floor((thursday - dayOf(year, 1, 1)) / 7) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

function mondayOf(week: string): number {
  const [year, number] = week.split("-W").map(Number) as [number, number];
  const fourth = dayOf(year, 1, 4);
  return fourth - ((((fourth + 3) % 7) + 7) % 7) + (number - 1) * 7;
}

/** The day that lies so far from another one: a duration of ISO 8601, or `today`. */
function moved(day: number, bound: string): number {
  if (bound === "today") return day;
  const sign = bound.startsWith("-") ? -1 : 1;
  const count = (unit: string): number => Number(new RegExp(`(\\d+)${unit}`).exec(bound)?.[1] ?? 0);
  const [year, month, date] = partsOf(day);
  const months = year * 12 + month - 1 + sign * (count("Y") * 12 + count("M"));
  const [inYear, inMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  const shifted = dayOf(inYear, inMonth, Math.min(date, daysIn(inYear, inMonth)));
  return shifted + sign * (count("W") * 7 + count("D"));
}

const relative = (bound: string): boolean => /^-?P|^today$/.test(bound);

/** The first and the last date that an answer of a week can have, as a server would take it. */
export function boundsOf(
  question: { earliest?: string | undefined; latest?: string | undefined },
  precision: Precision,
  week: string,
): { first: string | undefined; last: string | undefined } {
  const monday = mondayOf(week);
  const at = (bound: string | undefined, from: number, leeway: number): string | undefined => {
    if (bound === undefined) return undefined;
    return relative(bound) ? period(moved(from, bound) - leeway, precision) : readDate(bound, precision);
  };
  // A response may have been on its way for long, and east of the server the next week begins before its own does.
  return { first: at(question.earliest, monday, 35), last: at(question.latest, monday + 7, 0) };
}

/** The period as it is kept with a response of a week: one that begins within the week becomes that of its Monday. */
export function within(text: string, precision: Precision, week: string): string {
  const [monday, start] = [mondayOf(week), startOf(text)];
  return monday < start && start <= monday + 7 ? (period(monday, precision) ?? text) : text;
}
