// One form: its draft with its faults, publishing, its versions and what changed between them.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ProblemError } from "../../../client/src/api.js";
import { at, go } from "../router.js";
import { api, ask, type Schemas } from "../session.js";
import { Area, Check, Confirm, Empty, Fault, Field, Form, Heading, Of, say, Select, Table, useLoad } from "../ui.js";
import { day, inWords, time, w } from "../words.js";
import { HandIn, importNotes, type Draft } from "./forms.js";
import { Preview } from "./preview.js";

type Version = Schemas["FormVersionSummary"];
type Tagged = { draft: Draft; etag: string };

/** Nothing, where the server says that there is none. */
async function orNone<T>(codes: string[], get: () => Promise<T>): Promise<T | null> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof ProblemError && codes.includes(error.code)) return null;
    throw error;
  }
}

async function draftOf(form: string): Promise<Tagged> {
  const reply = await ask("get", "/v1/forms/{form}/draft", { path: { form } });
  return { draft: await reply.json(), etag: reply.headers.get("etag") ?? "" };
}

export function OneForm({ form }: { form: string }): JSX.Element {
  const f = w.forms;
  const path = { form };
  const draft = useLoad(() => orNone(["draft_unknown", "form_unknown"], () => draftOf(form)));
  const versions = useLoad(async () => (await orNone(["form_unknown"], () => api("get", "/v1/forms/{form}/versions", { path }))) ?? []);
  const newest = useLoad(() => orNone(["form_unknown"], () => api("get", "/v1/forms/{form}", { path, query: { language: "*" } })));
  const title = newest.data?.definition.title ?? draft.data?.draft.definition.title;
  const again = async (): Promise<void> => {
    await Promise.all([draft.reload(), versions.reload(), newest.reload()]);
  };
  return (
    <>
      <p>
        <a href={at("forms")}>{f.title}</a>
      </p>
      <Heading title={inWords(title) || form} />
      <Of it={draft}>{(it) => (it ? <DraftPart it={it} changed={again} /> : <NoDraft form={form} base={newest.data?.definition} changed={again} />)}</Of>
      <Of it={versions}>
        {(list) => (
          <>
            <Versions form={form} list={list} changed={again} />
            {list.length > 1 && <Changes form={form} list={list} />}
          </>
        )}
      </Of>
      {newest.data && (
        <section>
          <h2>{f.preview_of(newest.data.version)}</h2>
          <Preview definition={newest.data.definition} />
        </section>
      )}
    </>
  );
}

type NoDraftProps = { form: string; base: Schemas["FormDefinition"] | undefined; changed: () => Promise<void> };

function NoDraft({ form, base, changed }: NoDraftProps): JSX.Element {
  const f = w.forms;
  const begin = async (): Promise<void> => {
    await ask("put", "/v1/forms/{form}/draft", { path: { form }, header: { "if-none-match": "*" }, body: base });
    say(f.was_begun);
    await changed();
  };
  return (
    <section>
      <h2>{f.draft}</h2>
      <Empty>
        <p>{f.no_draft}</p>
        {base && (
          <Form label={f.begin} submit={begin} button={f.begin}>
            <p>{f.begin_about}</p>
          </Form>
        )}
      </Empty>
      <details>
        <summary>{f.draft_from_file}</summary>
        <HandIn label={f.draft_from_file} button={f.draft_from_file} send={replace(form, { "if-none-match": "*" })} />
      </details>
    </section>
  );
}

const replace = (form: string, condition: Record<string, string>) => async (parts: { body: Uint8Array; header: Record<string, string>; query: Record<string, unknown> }): Promise<Draft> =>
  (await ask("put", "/v1/forms/{form}/draft", { ...parts, path: { form }, header: { ...parts.header, ...condition } })).json();

function DraftPart({ it: { draft, etag }, changed }: { it: Tagged; changed: () => Promise<void> }): JSX.Element {
  const f = w.forms;
  const { form } = draft;
  const notes = importNotes?.form === form ? importNotes.notes : [];
  const [text, setText] = useState(JSON.stringify(draft.definition, null, 2));
  const saveText = async (): Promise<void> => {
    const body = new TextEncoder().encode(text);
    const header = { "if-match": etag, "content-type": "application/json" };
    const reply = await ask("put", "/v1/forms/{form}/draft", { path: { form }, header, body });
    const saved: Draft = await reply.json();
    say(saved.faults.length === 0 ? f.was_saved : f.was_saved_with(saved.faults.length));
    await changed();
  };
  const drop = async (): Promise<void> => {
    await ask("delete", "/v1/forms/{form}/draft", { path: { form }, header: { "if-match": etag } });
    say(f.was_deleted);
    go(at("forms"));
  };
  return (
    <section>
      <h2>{f.draft}</h2>
      <p>{f.saved_at(time(draft.updated_at))}</p>
      {notes.length > 0 && (
        <>
          <h3>{f.notes}</h3>
          <ul lang="en">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      <Faults faults={draft.faults} text={text} />
      {draft.faults.length === 0 && <Publish it={{ draft, etag }} changed={changed} />}
      <details open={draft.faults.length > 0}>
        <summary>{f.definition}</summary>
        <Form label={f.definition} submit={saveText} button={w.save}>
          <Area label={f.definition} pointer="/definition" value={text} set={setText} rows={20} hint={f.definition_about} />
        </Form>
      </details>
      <details>
        <summary>{f.preview}</summary>
        <Preview definition={draft.definition} />
      </details>
      <details>
        <summary>{f.replace}</summary>
        <HandIn label={f.replace} button={f.replace} send={replace(form, { "if-match": etag })} />
      </details>
      <p>
        <Confirm button={f.delete} title={f.delete_sure} act={drop}>
          <p>{f.delete_about}</p>
        </Confirm>
      </p>
    </section>
  );
}

/** Moves the cursor to the place in the text that a pointer names. */
function find(pointer: string, text: string): void {
  const field = document.getElementById("field/definition") as HTMLTextAreaElement | null;
  if (!field) return;
  (field.closest("details") as HTMLDetailsElement).open = true;
  const place = placeOf(pointer, text);
  field.focus();
  field.setSelectionRange(place, text.indexOf("\n", place));
  const line = text.slice(0, place).split("\n").length;
  field.scrollTop = (field.scrollHeight / text.split("\n").length) * Math.max(0, line - 4);
}

/** Where a value begins in JSON that was written with two spaces a level. */
export function placeOf(pointer: string, text: string): number {
  const lines = text.split("\n");
  let line = 0;
  let level = 1;
  for (const step of pointer.split("/").slice(1)) {
    const indent = "  ".repeat(level);
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const isPlace = /\[\s*$/.test(lines[line] ?? "") && /^\d+$/.test(name);
    let seen = -1;
    let next = -1;
    for (let at = line + 1; at < lines.length; at++) {
      const it = lines[at]!;
      if (it.startsWith(indent.slice(2)) && !it.startsWith(indent)) break;
      if (!it.startsWith(indent) || it[indent.length] === " " || /^[\]}]/.test(it.trim())) continue;
      seen++;
      if (isPlace ? seen === Number(name) : it.startsWith(`${indent}${JSON.stringify(name)}:`)) {
        next = at;
        break;
      }
    }
    if (next < 0) break;
    line = next;
    level++;
  }
  return lines.slice(0, line).reduce((sum, it) => sum + it.length + 1, 0);
}

function Faults({ faults, text }: { faults: Schemas["FieldError"][]; text: string }): JSX.Element {
  const f = w.forms;
  if (faults.length === 0) return <p>{f.no_faults_about}</p>;
  return (
    <>
      <h3>{f.faults_n(faults.length)}</h3>
      <p>{f.faults_about}</p>
      <ul class="faults">
        {faults.map((it, place) => (
          <li key={place}>
            <button type="button" class="link" onClick={() => find(it.pointer ?? "", text)}>
              <code>{it.pointer}</code>
            </button>
            : <span lang="en">{it.detail}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Publish({ it: { draft, etag }, changed }: { it: Tagged; changed: () => Promise<void> }): JSX.Element {
  const f = w.forms;
  const [needed, setNeeded] = useState<Schemas["FieldError"][]>([]);
  const [given, setGiven] = useState<string[]>([]);
  const [refusal, setRefusal] = useState<unknown>();
  const publish = async (): Promise<void> => {
    setRefusal(undefined);
    try {
      const body = { consent_to_recoding: given };
      const reply = await ask("post", "/v1/forms/{form}/draft/publish", { path: { form: draft.form }, header: { "if-match": etag }, body });
      const made: Schemas["PublishedVersionView"] = await reply.json();
      say(f.was_published(made.version));
      await changed();
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === "recoding_needs_consent")) throw error;
      setNeeded(error.problem.errors ?? []);
      setRefusal(error);
    }
  };
  return (
    <section>
      <h3>{f.publish}</h3>
      <p>{f.publish_about}</p>
      {draft.reaches.length > 0 && <p>{f.reaches(draft.reaches.map((it) => it.campaign))}</p>}
      <Fault error={refusal} />
      <Form label={f.publish} submit={publish} button={f.publish}>
        {needed.length > 0 && (
          <fieldset>
            <legend>{f.consent}</legend>
            <p>{f.consent_about}</p>
            {needed.map((it) => {
              // The pointer is the word by which the author consents.
              const key = (it.pointer ?? "").slice(1);
              const set = (checked: boolean): void => setGiven(checked ? [...given, key] : given.filter((one) => one !== key));
              return <Check key={key} label={<code>{key}</code>} checked={given.includes(key)} set={set} hint={<span lang="en">{it.detail}</span>} />;
            })}
          </fieldset>
        )}
      </Form>
    </section>
  );
}

function Versions({ form, list, changed }: { form: string; list: Version[]; changed: () => Promise<void> }): JSX.Element {
  const f = w.forms;
  return (
    <section>
      <h2>{f.versions}</h2>
      {list.length === 0 ? (
        <Empty>{f.no_versions}</Empty>
      ) : (
        <Table caption={f.versions} head={[f.version, f.published_on, f.state, w.actions]}>
          {list.map((it) => (
            <tr key={it.version}>
              <th scope="row">{it.version}</th>
              <td>{day(it.published_at)}</td>
              <td>{it.retired_at ? f.retired(day(it.retired_at)) : f.in_use}</td>
              <td>{!it.retired_at && <Retire form={form} version={it.version} changed={changed} />}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Retire({ form, version, changed }: { form: string; version: number; changed: () => Promise<void> }): JSX.Element {
  const f = w.forms;
  const [days, setDays] = useState("14");
  const retire = async (): Promise<void> => {
    await api("post", "/v1/forms/{form}/versions/{version}/retire", { path: { form, version }, body: { grace_days: Number(days) } });
    say(f.was_retired(version));
    await changed();
  };
  return (
    <Confirm button={f.retire} name={f.version_n(version)} title={f.retire_sure(version)} act={retire}>
      <p>{f.retire_about}</p>
      <Field label={f.grace_days} pointer="/grace_days" value={days} set={setDays} type="number" min={0} max={365} />
    </Confirm>
  );
}

function Changes({ form, list }: { form: string; list: Version[] }): JSX.Element {
  const f = w.forms;
  const numbers = list.map((it) => it.version);
  const [from, setFrom] = useState(String(numbers.at(-2)));
  const [to, setTo] = useState(String(numbers.at(-1)));
  const changes = useLoad(() => api("get", "/v1/forms/{form}/changes", { path: { form }, query: { from: Number(from), to: Number(to) } }), [from, to]);
  const options = numbers.map((it) => [String(it), f.version_n(it)] as const);
  return (
    <section>
      <h2>{f.changes}</h2>
      <Select label={f.changes_from} pointer="?from" value={from} set={setFrom} options={options} />
      <Select label={f.changes_to} pointer="?to" value={to} set={setTo} options={options} />
      <Of it={changes}>
        {(it) => {
          const all = [...it.sections, ...it.questions, ...it.scores, ...it.notices, ...it.advice].filter(({ change }) => change !== "identical");
          return (
            <>
              <p>{it.compatible ? f.compatible : f.incompatible}</p>
              {it.form.length > 0 && (
                <ul lang="en">
                  {it.form.map((words) => (
                    <li key={words}>{words}</li>
                  ))}
                </ul>
              )}
              {all.length === 0 ? (
                <p>{f.no_changes}</p>
              ) : (
                <Table caption={f.changes} head={[f.key, f.change, f.details]}>
                  {all.map(({ key, change, details }) => (
                    <tr key={key}>
                      <th scope="row">
                        <code>{key}</code>
                      </th>
                      <td>{f.kinds_of_change[change]}</td>
                      <td lang="en">{details.join("; ")}</td>
                    </tr>
                  ))}
                </Table>
              )}
            </>
          );
        }}
      </Of>
    </section>
  );
}
