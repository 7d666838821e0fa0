// The forms: the list, and handing one in.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at, go } from "../router.js";
import { api, ask, type Schemas } from "../session.js";
import { Area, Check, Empty, Field, Form, Heading, More, Of, say, Table, usePages } from "../ui.js";
import { day, inWords, languageOf, time, w } from "../words.js";

export type Draft = Schemas["DraftView"];

export function Forms(): JSX.Element {
  const f = w.forms;
  const drafts = usePages((cursor) => api("get", "/v1/drafts", { query: { cursor } }));
  const published = usePages((cursor) => api("get", "/v1/forms", { query: { cursor } }));
  return (
    <>
      <Heading title={f.title}>
        <a class="button" href={at("forms", "new")}>
          {f.hand_in}
        </a>
      </Heading>
      <h2>{f.drafts}</h2>
      <Of it={drafts}>
        {(list) =>
          list.length === 0 ? (
            <Empty>
              <p>{f.no_drafts}</p>
              <p>
                <a href={at("forms", "new")}>{f.hand_in}</a>
              </p>
            </Empty>
          ) : (
            <>
              <Table caption={f.drafts} head={[f.form, f.key, f.saved, f.faults]}>
                {list.map((it) => (
                  <tr key={it.form}>
                    <th scope="row">
                      <a href={at("forms", it.form)} lang={languageOf(it.title)}>
                        {inWords(it.title) || it.form}
                      </a>
                    </th>
                    <td>
                      <code>{it.form}</code>
                    </td>
                    <td>{time(it.updated_at)}</td>
                    <td>{it.faults === 0 ? f.no_faults : f.faults_n(it.faults)}</td>
                  </tr>
                ))}
              </Table>
              <More more={drafts.more} />
            </>
          )
        }
      </Of>
      <h2>{f.published}</h2>
      <Of it={published}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{f.none_published}</Empty>
          ) : (
            <>
              <Table caption={f.published} head={[f.form, f.key, f.version, f.published_on]}>
                {list.map((it) => (
                  <tr key={it.key}>
                    <th scope="row">
                      <a href={at("forms", it.key)} lang={languageOf(it.title)}>
                        {inWords(it.title)}
                      </a>
                    </th>
                    <td>
                      <code>{it.key}</code>
                    </td>
                    <td>{it.version}</td>
                    <td>{day(it.published_at)}</td>
                  </tr>
                ))}
              </Table>
              <More more={published.more} />
            </>
          )
        }
      </Of>
    </>
  );
}

const KINDS: Record<string, string> = {
  yaml: "application/yaml",
  yml: "application/yaml",
  json: "application/json",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  csv: "text/csv",
};

/** What the last file was read as, for the view of its draft. */
export let importNotes: { form: string; notes: string[] } | undefined;

/** Hands in a form as a file or as text: a new form, or the next draft of one. */
export function HandIn({ label, button, send }: { label: string; button: string; send: (parts: Sent) => Promise<Draft> }): JSX.Element {
  const f = w.forms;
  const [file, setFile] = useState<File>();
  const [text, setText] = useState("");
  const [leaveOut, setLeaveOut] = useState(false);
  const [language, setLanguage] = useState("");
  const ending = file?.name.split(".").pop()?.toLowerCase() ?? "";
  const isTable = ending === "xlsx" || ending === "csv";
  const submit = async (): Promise<void> => {
    const body = file ? new Uint8Array(await file.arrayBuffer()) : new TextEncoder().encode(text);
    // JSON is YAML as well, and so is what has no ending.
    const kind = (file && KINDS[ending]) ?? KINDS["yaml"]!;
    const query = { leave_out: isTable && leaveOut ? true : undefined, language: (ending === "csv" && language) || undefined };
    const draft = await send({ body, header: { "content-type": kind }, query });
    importNotes = { form: draft.form, notes: draft.import_notes ?? [] };
    say(draft.faults.length === 0 ? f.was_saved : f.was_saved_with(draft.faults.length));
    go(at("forms", draft.form), location.pathname === at("forms", draft.form));
  };
  return (
    <Form label={label} submit={submit} button={button}>
      <div class="field">
        <label for="file">{f.file}</label>
        <div class="hint" id="file-hint">
          {f.file_about}
        </div>
        <input
          type="file"
          id="file"
          aria-describedby="file-hint"
          accept=".yaml,.yml,.json,.xlsx,.csv"
          onChange={(event) => setFile(event.currentTarget.files?.[0])}
        />
      </div>
      {isTable && <Check label={f.leave_out} checked={leaveOut} set={setLeaveOut} hint={f.leave_out_about} />}
      {ending === "csv" && <Field label={f.language} pointer="?language" value={language} set={setLanguage} hint={f.language_about} />}
      {!file && <Area label={f.or_text} pointer="" value={text} set={setText} rows={8} />}
    </Form>
  );
}

export interface Sent {
  body: Uint8Array;
  header: Record<string, string>;
  query: Record<string, unknown>;
}

export function NewForm(): JSX.Element {
  const f = w.forms;
  return (
    <>
      <p>
        <a href={at("forms")}>{f.title}</a>
      </p>
      <Heading title={f.hand_in} />
      <p>{f.hand_in_about}</p>
      <HandIn label={f.hand_in} button={f.hand_in} send={async (parts) => (await ask("post", "/v1/forms", parts)).json()} />
    </>
  );
}
