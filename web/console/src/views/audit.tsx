// The audit: who did what, and whether its chain still holds.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, type Schemas } from "../session.js";
import { Empty, Field, Form, Heading, More, Of, save, Select, Table, useLoad, usePages } from "../ui.js";
import { number, time, w } from "../words.js";

type Entry = Schemas["AuditEntryView"];

/** The beginning of a day where the reader is. */
const beginning = (day: string, later = 0): string | undefined => {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
};

export function Audit(): JSX.Element {
  const a = w.audit;
  const [action, setAction] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const filter = { action: action || undefined, from: beginning(from), to: beginning(to, 1) };
  const entries = usePages((cursor) => api("get", "/v1/audit", { query: { ...filter, cursor } }), [action, from, to]);
  const actions = Object.entries(a.actions).sort(([, one], [, other]) => one.localeCompare(other));
  return (
    <>
      <Heading title={a.title} />
      <p>{a.intro}</p>
      <Chain />
      <h2>{a.entries}</h2>
      <div class="filters">
        <Select label={a.action} pointer="?action" value={action} set={setAction} options={[["", a.every_action], ...actions]} />
        <Field label={a.from} pointer="?from" type="date" value={from} set={setFrom} />
        <Field label={a.to} pointer="?to" type="date" value={to} set={setTo} />
      </div>
      <Of it={entries}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{a.none}</Empty>
          ) : (
            <>
              <Table caption={a.entries} head={[a.number, a.time, a.who, a.action, a.details]}>
                {list.map((it) => (
                  <tr key={it.number}>
                    <th scope="row">{number(it.number)}</th>
                    <td>{time(it.at)}</td>
                    <td>{it.staff?.name ?? a.nobody}</td>
                    <td>{a.actions[it.action] ?? it.action}</td>
                    <td>
                      <Details of={it.details} />
                    </td>
                  </tr>
                ))}
              </Table>
              <More more={entries.more} />
            </>
          )
        }
      </Of>
    </>
  );
}

const Details = ({ of }: { of: Entry["details"] }): JSX.Element => (
  <ul class="plain">
    {Object.entries(of).map(([name, value]) => (
      <li key={name}>
        {name}: <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
      </li>
    ))}
  </ul>
);

type Found = "holds" | "differs" | "gap" | "absent";

/** Goes back from the newest entry to the one that was noted. */
async function look(noted: number, hash: string, tell: (number: number) => void): Promise<[Found, number]> {
  let cursor: string | undefined;
  let expected: number | undefined;
  do {
    const page: { items: Entry[]; next_cursor: string | null } = await api("get", "/v1/audit", { query: { limit: 200, cursor } });
    for (const entry of page.items) {
      if (expected === undefined && entry.number < noted) return ["absent", noted];
      if (expected !== undefined && entry.number !== expected) return ["gap", expected];
      if (entry.number === noted) return [entry.hash === hash ? "holds" : "differs", noted];
      expected = entry.number - 1;
      tell(entry.number);
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return [expected === undefined ? "absent" : "gap", expected ?? noted];
}

function Chain(): JSX.Element {
  const a = w.audit;
  const newest = useLoad(() => api("get", "/v1/audit", { query: { limit: 1 } }));
  const [noted, setNoted] = useState("");
  const [said, setSaid] = useState("");
  const submit = async (): Promise<void> => {
    const [, from, hash] = /^(\d+):([0-9a-f]{64})$/i.exec(noted.trim()) ?? [];
    if (!from || !hash) return setSaid(a.not_a_head);
    const [found, place] = await look(Number(from), hash.toLowerCase(), (at) => at % 1000 === 0 && setSaid(a.looked_at(number(at))));
    setSaid(a[found](number(place)));
  };
  return (
    <section>
      <h2>{a.chain}</h2>
      <p>{a.chain_about}</p>
      <Of it={newest}>
        {({ items: [head] }) =>
          head && (
            <>
              <dl>
                <dt>{a.head}</dt>
                <dd>
                  <code>
                    {head.number}:{head.hash}
                  </code>
                </dd>
              </dl>
              <button type="button" class="second" onClick={() => save(new Blob([`${head.number}:${head.hash}\n`], { type: "text/plain" }), `audit-head-${head.number}.txt`)}>
                {a.save_head}
              </button>
            </>
          )
        }
      </Of>
      <h3>{a.verify}</h3>
      <p>{a.verify_about}</p>
      <Form label={a.verify} submit={submit} button={a.verify}>
        <Field label={a.noted} pointer="?head" hint={a.noted_about} class="mono" autocomplete="off" spellcheck={false} value={noted} set={setNoted} />
      </Form>
      <p class="told" role="status">
        {said && <strong>{said}</strong>}
      </p>
      <p>
        {a.by_the_program} <code>aftercare audit verify --head NUMBER:HASH</code>
      </p>
    </section>
  );
}
