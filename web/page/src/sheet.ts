// The whole form in one language, as the server writes it: every section, each hidden until the script shows it, and the
// words of the page.

import { NetworkError } from "../../client/src/api.js";

export type Words = { readonly [word: string]: string };

export class Sheet {
  constructor(
    readonly language: string,
    readonly direction: string,
    readonly title: string,
    readonly sections: HTMLElement[],
    readonly notices: HTMLElement[],
    private readonly told: { words: Words; faults: Words; problems: Words; languages: Words },
  ) {}

  get languages(): [string, string][] {
    return Object.entries(this.told.languages);
  }

  word(name: string): string {
    return this.told.words[name] ?? "";
  }

  problem(code: string): string {
    return this.told.problems[code] ?? this.told.problems["bad_request"] ?? "";
  }

  /** A fault in words. */
  fault(code: string, kind: string, values: { [name: string]: unknown }): string {
    const { faults } = this.told;
    const pattern = faults[`${code}.${kind}`] ?? faults[code] ?? faults["other"] ?? "";
    return pattern.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  }
}

export async function fetchSheet(campaign: string, version: number, language: string): Promise<Sheet> {
  const query = new URLSearchParams({ version: String(version), language });
  const asked = fetch(`/c/${campaign}/form?${query}`, { credentials: "omit" });
  const reply = await asked.catch((error) => {
    throw new NetworkError(String(error));
  });
  if (!reply.ok) throw new Error("the form cannot be read");
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const all = (selector: string): HTMLElement[] => [...page.querySelectorAll<HTMLElement>(selector)];
  const html = page.documentElement;
  const told = JSON.parse(page.getElementById("told")?.textContent ?? "{}");
  return new Sheet(html.lang, html.dir, page.title, all("section.step"), all("[data-notice]"), told);
}
