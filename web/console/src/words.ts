// The console's words in the language that is chosen.

import { en } from "./words/en.js";
import { ko } from "./words/ko.js";

export type Language = "en" | "ko";
type Text = { readonly [language: string]: string };

const KEPT = "aftercare-console-language";
const ALL = { en, ko };

const first = (): Language => {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "ko") return kept;
  return navigator.languages.find((it) => /^(en|ko)\b/.test(it))?.startsWith("ko") ? "ko" : "en";
};

export let language: Language = first();
export let w = ALL[language];
document.documentElement.lang = language;

export function speak(chosen: Language): void {
  language = chosen;
  w = ALL[chosen];
  document.documentElement.lang = chosen;
  localStorage.setItem(KEPT, chosen);
}

/** A text of a form or a campaign, in the console's language if it has it. */
export const inWords = (text: Text | null | undefined): string => (text && (text[language] ?? Object.values(text)[0])) || "";
/** The language in which `inWords` gives it. */
export const languageOf = (text: Text | null | undefined): string | undefined => text ? (language in text ? language : Object.keys(text)[0]) : undefined;

export const day = (at: string): string => new Date(at).toLocaleDateString(language, { dateStyle: "medium" });
export const time = (at: string): string => new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
export const number = (value: number, digits = 0): string => value.toLocaleString(language, { maximumFractionDigits: digits });
export const percent = (share: number, digits = 1): string => share.toLocaleString(language, { style: "percent", maximumFractionDigits: digits });
