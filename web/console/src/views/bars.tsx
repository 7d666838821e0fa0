// A table whose rows have a bar: a chart that reads as what it is.

import type { ComponentChildren, JSX } from "preact";
import type { Schemas } from "../session.js";
import { Table } from "../ui.js";
import { number, percent, w } from "../words.js";

export type Figure = Schemas["FigureView"];

/** What the figures are measured in, and the ends of their scale. */
export interface Scale {
  lowest: number;
  highest: number;
  say: (value: number) => string;
}

export const SHARES: Scale = { lowest: 0, highest: 1, say: (value) => percent(value) };
export const numbers = (lowest: number, highest: number): Scale => ({ lowest, highest, say: (value) => number(value, highest - lowest > 20 ? 1 : 2) });

/** The same scale for differences, which go both ways. */
export function differences({ say }: Scale, changes: (Figure | null)[]): Scale {
  const farthest = Math.max(...changes.flatMap((it) => (it ? [-it.lower, it.upper] : [])), 0.001);
  return { lowest: -farthest, highest: farthest, say: (value) => (value > 0 ? "+" : "") + say(value) };
}

export interface Row {
  key: string;
  label: ComponentChildren;
  lang?: string | undefined;
  figure: Figure | null;
  /** What stands behind the figure and its interval. */
  more: ComponentChildren[];
}

interface BarsProps {
  caption: string;
  /** The question or score that the figures are of. */
  of?: string;
  /** Of the label, of the figure, and of what stands behind its interval. */
  head: [string, string, ...string[]];
  rows: Row[];
  scale: Scale;
}

export const Bars = ({ caption, of, head: [label, figure, ...more], rows, scale }: BarsProps): JSX.Element => (
  <Table caption={caption} of={of} head={[label, figure, w.figures.interval, ...more]}>
    {rows.map((it) => (
      <tr key={it.key}>
        <th scope="row" class="bar" lang={it.lang}>
          {it.label}
          <Bar figure={it.figure} scale={scale} />
        </th>
        <td class="number">{it.figure ? scale.say(it.figure.value) : w.figures.too_few}</td>
        <td class="number">{it.figure && `${scale.say(it.figure.lower)} – ${scale.say(it.figure.upper)}`}</td>
        {it.more.map((cell, place) => (
          <td class="number" key={place}>
            {cell}
          </td>
        ))}
      </tr>
    ))}
  </Table>
);

/** The figure as a bar, and its interval as a line. The cells beside it say the same. */
function Bar({ figure, scale: { lowest, highest } }: { figure: Figure | null; scale: Scale }): JSX.Element {
  const at = (value: number): number => (100 * (Math.min(Math.max(value, lowest), highest) - lowest)) / (highest - lowest || 1);
  const from = at(Math.max(lowest, 0));
  const to = figure ? at(figure.value) : from;
  return (
    <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="12" />
      {figure && (
        <>
          <rect class="value" x={Math.min(from, to)} width={Math.abs(to - from)} height="12" />
          <path class="interval" d={`M${at(figure.lower)} 6H${at(figure.upper)}M${at(figure.lower)} 3V9M${at(figure.upper)} 3V9`} vector-effect="non-scaling-stroke" />
        </>
      )}
    </svg>
  );
}
