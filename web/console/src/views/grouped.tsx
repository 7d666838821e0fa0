// The groups of a table: one figure of each, with a chart.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Schemas } from "../session.js";
import { Select } from "../ui.js";
import { number, w } from "../words.js";
import { Bars, SHARES, type Figure } from "./bars.js";
import { called, Changes, Overall, scaleOf } from "./measure.js";

type Statistics = Schemas["StatisticsView"];

export function Grouped({ found, titles, language }: { found: Statistics; titles: Map<string, string>; language: string | undefined }): JSX.Element {
  const f = w.figures;
  const { measure, by, groups, changes } = found;
  const mean = scaleOf(measure);
  const [chosen, choose] = useState(mean ? "" : (measure.categories[0]?.code ?? ""));
  if (by.length === 0) return <Overall measure={measure} group={groups[0]} language={language} />;
  const scale = chosen === "" && mean ? mean : SHARES;
  const figureOf = (it: { mean: Figure | null; categories: { code: string; share: Figure | null }[] }): Figure | null =>
    chosen === "" ? it.mean : (it.categories.find(({ code }) => code === chosen)?.share ?? null);
  /** The values of a group, in the order of the dimensions. */
  const labelOf = (values: { [dimension: string]: string }): string =>
    by
      .flatMap(({ name, categories }) => {
        const code = values[name];
        if (code === undefined) return [];
        if (name === "campaign") return [titles.get(code) ?? code];
        if (name === "form_version") return [w.exports.version(Number(code))];
        const isYesNo = categories.length === 2 && categories.every((it) => it.code in f.yes_no && !it.label);
        return [f.nulls[code] ?? (isYesNo ? f.yes_no[code]! : (categories.find((it) => it.code === code)?.label ?? code))];
      })
      .join(" · ");
  const name = chosen === "" ? f.mean : called(measure, chosen);
  const head = by.map((it) => it.text ?? f.dimensions[it.name] ?? it.name).join(" · ");
  return (
    <>
      {(mean ? 1 : 0) + measure.categories.length > 1 && (
        <Select
          label={f.figure}
          pointer="?figure"
          value={chosen}
          set={choose}
          options={[...(mean ? [["", f.mean] as const] : []), ...measure.categories.map(({ code }) => [code, f.share_of(called(measure, code))] as const)]}
        />
      )}
      <Bars
        caption={`${measure.text} (${name})`}
        head={[head, chosen === "" ? f.mean : f.share, f.answered, f.responses]}
        scale={scale}
        rows={groups.map((it) => ({ key: JSON.stringify(it.by), label: labelOf(it.by), figure: figureOf(it), more: [number(it.answered), number(it.responses)] }))}
      />
      {changes.some(figureOf) && (
        <>
          <h3>{f.changes}</h3>
          <Changes
            measure={measure}
            changes={changes}
            scale={scale}
            figureOf={figureOf}
            labelOf={(it) => [f.from_to(titles.get(it.from) ?? it.from, titles.get(it.to) ?? it.to), labelOf(it.by)].filter(Boolean).join(" · ")}
          />
        </>
      )}
    </>
  );
}
