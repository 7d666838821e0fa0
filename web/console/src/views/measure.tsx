// The figures of a question or a score, of everybody.

import type { JSX } from "preact";
import type { Schemas } from "../session.js";
import { Empty } from "../ui.js";
import { number, w } from "../words.js";
import { Bars, differences, numbers, SHARES, type Row, type Scale } from "./bars.js";

export type Measure = Schemas["MeasureView"];
export type Group = Schemas["GroupView"];
export type Change = Schemas["ChangeView"];

export const scaleOf = ({ lowest, highest }: Measure): Scale | undefined => (lowest === null || highest === null ? undefined : numbers(lowest, highest));

/** What a category is called. */
export const called = ({ kind, categories }: Measure, code: string): string => {
  const label = categories.find((it) => it.code === code)?.label;
  if (kind === "yes_no" && !label) return w.figures.yes_no[code] ?? code;
  return label ? (kind === "rating" ? `${code} (${label})` : label) : code;
};

/** How many have an answer, and why others have none. */
export function Base({ group: { answered, responses, missing } }: { group: Group }): JSX.Element {
  const f = w.figures;
  const without = (["hidden", "not_asked", "blank", "declined"] as const).filter((it) => missing[it] > 0);
  return (
    <p class="hint">
      {f.base(number(answered), number(responses))} {without.length > 0 && f.without(without.map((it) => `${f.reasons[it]} ${number(missing[it])}`))}
    </p>
  );
}

export function Overall({ measure, group, language }: { measure: Measure; group: Group | undefined; language: string | undefined }): JSX.Element {
  const f = w.figures;
  if (!group || group.responses === 0) return <Empty>{f.no_responses}</Empty>;
  const scale = scaleOf(measure);
  const shares: Row[] = group.categories.map((it) => ({
    key: it.code,
    label: called(measure, it.code),
    lang: language,
    figure: it.share,
    more: [number(it.count)],
  }));
  return (
    <>
      <Base group={group} />
      {scale && (
        <Bars
          of={measure.text}
          caption={f.mean_of(scale.say(scale.lowest), scale.say(scale.highest))}
          head={[f.figure, f.mean]}
          scale={scale}
          rows={[{ key: "mean", label: f.mean, figure: group.mean, more: [] }]}
        />
      )}
      {shares.length > 0 && <Bars of={measure.text} caption={f.share} head={[f.answer, f.share, f.count]} scale={SHARES} rows={shares} />}
    </>
  );
}

interface ChangesProps {
  measure: Measure;
  changes: Change[];
  scale: Scale;
  figureOf: (change: Change) => Schemas["FigureView"] | null;
  labelOf: (change: Change) => string;
}

/** How a figure changed from one campaign to the next. */
export function Changes({ measure, changes, scale, figureOf, labelOf }: ChangesProps): JSX.Element {
  const f = w.figures;
  const rows = changes.map((it, place) => ({ key: String(place), label: labelOf(it), figure: figureOf(it), more: [] }));
  return (
    <>
      <Bars of={measure.text} caption={f.changes} head={[f.group, f.change]} scale={differences(scale, rows.map((it) => it.figure))} rows={rows} />
      <p class="hint">{f.changes_about}</p>
    </>
  );
}
