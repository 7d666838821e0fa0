// Which language a person reads, and in which direction it runs.

/** A text of a form: language → words. */
export type Text = { readonly [language: string]: string };

const equal = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The language offered that serves a reader of this one best, by the lookup of RFC 4647. */
export function lookUp(offered: readonly string[], range: string): string | undefined {
  let wanted = range;
  for (;;) {
    const found = offered.find((tag) => equal(tag, wanted));
    if (found !== undefined) return found;
    const shorter = wanted.slice(0, Math.max(wanted.lastIndexOf("-"), 0));
    if (!shorter) break;
    // A single letter only introduces what follows it, so it goes as well.
    wanted = shorter.replace(/(.)-.$/, "$1");
  }
  return offered.find((tag) => equal(tag.split("-")[0]!, wanted));
}

/** The language offered that serves best somebody who reads these, the best first; else the first one offered. */
export function choose(offered: readonly string[], wanted: readonly string[]): string {
  for (const range of wanted) {
    const found = lookUp(offered, range);
    if (found !== undefined) return found;
  }
  return offered[0] ?? "";
}

/** Scripts that run from right to left, and the languages that are written in them unless their tag says otherwise. */
const SCRIPTS = /^(adlm|arab|aran|hebr|mand|mend|nkoo|rohg|samr|syrc|thaa|yezi)$/i;
const LANGUAGES = /^(ar|arc|arz|azb|bal|bgn|ckb|dv|fa|glk|he|iw|ks|lrc|mzn|nqo|pnb|ps|rhg|sd|syr|ug|ur|yi|ji)$/i;

/** The direction in which a language runs. */
export function direction(language: string): "ltr" | "rtl" {
  const [primary = "", ...rest] = language.split("-");
  const script = rest.find((part) => part.length === 4 && /^[a-z]+$/i.test(part));
  return (script ? SCRIPTS.test(script) : LANGUAGES.test(primary)) ? "rtl" : "ltr";
}

/** A text of a form in a language, else in the first one that it has. */
export const text = (text: Text | undefined, language: string): string =>
  text === undefined ? "" : (text[language] ?? Object.values(text)[0] ?? "");
