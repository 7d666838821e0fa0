// The conformance vectors, as they are committed.

import { readFileSync } from "node:fs";
import type { Answers, Definition, Fault, Ranges, Score } from "@aftercare/client/form";

const folder = process.env["CONFORMANCE"] ?? new URL("../../../../openapi/conformance/", import.meta.url).pathname;

export const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));

export interface VectorWalk {
  answers: Answers;
  shown: string[];
  week?: string;
  language?: string;
  who?: string;
  faults?: Fault[];
  stored?: Answers;
  scores?: Score[];
  notices?: string[];
}

export interface VectorForm {
  definition: Definition;
  score_ranges: Ranges;
  walks: VectorWalk[];
}

export const WALKS = ["walks-kinds.json", "walks-forms.json", "walks-instruments.json", "walks-logic.json"];
export const forms = (name: string): { week: string; forms: VectorForm[] } => read(name) as { week: string; forms: VectorForm[] };
