// What masking takes from a file with single records.

import type { JSX } from "preact";
import type { Diversity, Masking } from "../download.js";
import { Table } from "../ui.js";
import { number, percent, w } from "../words.js";

export function Masked({ masking, diversity }: { masking: Masking; diversity: Diversity[] }): JSX.Element {
  const e = w.exports;
  const of = (key: string): number => masking[key] ?? 0;
  const share = (part: string, all: string): string => e.of(number(of(part)), number(of(all)), percent(of(all) && of(part) / of(all)));
  const rows: [string, string, string?][] = [
    [e.rows, number(of("records"))],
    [e.withheld, number(of("withheld-records")), e.withheld_about],
    [e.masked_records, share("masked-records", "records")],
    [e.masked_cells, share("masked-cells", "cells")],
    [e.coarser, share("coarser-cells", "cells")],
    [e.dependent, number(of("dependent-cells"))],
    [e.left_out, number(of("left-out-cells"))],
    [e.smallest, number(of("smallest-class"))],
    [e.k_used, number(of("k"))],
  ];
  return (
    <>
      <dl class="masked">
        {rows.map(([term, value, about]) => (
          <div key={term}>
            <dt>
              {term}
              {about && <small> ({about})</small>}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {diversity.length > 0 && (
        <Table caption={e.diversity} head={[e.question, e.least, e.uniform]}>
          {diversity.map((it) => (
            <tr key={it.question}>
              <th scope="row">
                <code>{it.question}</code>
              </th>
              <td>{number(it.least)}</td>
              <td>{number(it.uniform)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
