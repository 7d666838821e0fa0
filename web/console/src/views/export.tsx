// The export of a form: what to export, what masking takes, and the file.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { begin, type Coming } from "../download.js";
import { at } from "../router.js";
import { api, type Account } from "../session.js";
import { Check, Fault, Field, Form, Heading, Of, save, say, Select, Several, useLoad } from "../ui.js";
import { inWords, number, w } from "../words.js";
import { codebookOf, hasFigures, type Codebook } from "./codebook.js";
import { campaignsOf } from "./figures.js";
import { Masked } from "./masked.js";

const FILES = Object.keys(w.exports.files);

interface Options {
  file: string;
  campaign: string[];
  version: string[];
  response_language: string[];
  from_week: string;
  to_week: string;
  k: string;
  sensitive: string[];
  layout: string;
  values: string;
  missing: string;
  columns: string[];
  language: string;
  bom: boolean;
  raw: boolean;
  each: boolean;
}

const FIRST: Options = {
  file: FILES[0]!,
  campaign: [],
  version: [],
  response_language: [],
  from_week: "",
  to_week: "",
  k: "",
  sensitive: [],
  layout: "wide",
  values: "codes",
  missing: "blank",
  columns: [],
  language: "",
  bom: false,
  raw: false,
  each: false,
};

const hasRecords = (file: string): boolean => file.startsWith("responses.") || file === "data-package.zip";
const isCsv = (file: string): boolean => file.endsWith(".csv") || file === "data-package.zip";

/** The query of a file. What is as it would be anyway is left out. */
function queryOf(it: Options): Record<string, string | undefined> {
  const records = hasRecords(it.file);
  const unless = (value: string, usual: string): string | undefined => (value === usual ? undefined : value);
  return {
    ...(records && {
      version: it.version.join(),
      response_language: it.response_language.join(),
      from_week: it.from_week,
      to_week: it.to_week,
      k: it.k,
      sensitive: it.sensitive.join(),
      layout: unless(it.layout, "wide"),
      values: unless(it.values, "codes"),
      missing: unless(it.missing, "blank"),
      columns: it.columns.join(),
    }),
    ...((records || it.file === "remarks.csv") && { campaign: it.campaign.join() }),
    ...(it.file !== "remarks.csv" && { language: it.language }),
    ...(it.file === "codebook.csv" && { versions: it.each ? "each" : undefined }),
    ...(isCsv(it.file) && { bom: it.bom ? "true" : undefined, formulas: it.raw ? "raw" : undefined }),
  };
}

const size = (bytes: number): string => (bytes < 1e6 ? `${number(bytes / 1e3, 1)} kB` : `${number(bytes / 1e6, 1)} MB`);

export function Export({ form, account }: { form: string; account: Account }): JSX.Element {
  const e = w.exports;
  const [options, setOptions] = useState(FIRST);
  const [coming, setComing] = useState<Coming>();
  const [bytes, setBytes] = useState(0);
  const [file, setFile] = useState<Blob>();
  const [error, setError] = useState<unknown>();
  const stop = useRef(new AbortController());
  const result = useRef<HTMLHeadingElement>(null);
  const path = { form };
  const known = useLoad(async () => {
    const [book, versions, campaigns] = await Promise.all([
      codebookOf(form),
      api("get", "/v1/forms/{form}/versions", { path }),
      campaignsOf(account, form),
    ]);
    return { book, versions, campaigns };
  }, [form]);
  /** What is coming is no longer what was asked for. */
  const forget = (): void => {
    stop.current.abort();
    setComing(undefined);
    setFile(undefined);
    setError(undefined);
    setBytes(0);
  };
  useEffect(() => () => stop.current.abort(), []);
  useEffect(() => result.current?.focus(), [coming]);
  const set = (change: Partial<Options>): void => {
    forget();
    setOptions({ ...options, ...change });
  };
  const submit = async (): Promise<void> => {
    forget();
    const own = (stop.current = new AbortController());
    let begun: Coming;
    try {
      begun = await begin(`/v1/forms/${encodeURIComponent(form)}/${options.file}`, queryOf(options), own.signal);
    } catch (failed) {
      if (own.signal.aborted) return;
      throw failed;
    }
    setComing(begun);
    // The figures are there before the file is.
    begun.read(setBytes).then(setFile, (failed) => own.signal.aborted || setError(failed));
  };
  return (
    <>
      <p>
        <a href={at("figures", form)}>{w.figures.report}</a>
      </p>
      <Heading title={e.title} />
      <p>{e.about}</p>
      <Of it={known}>
        {({ book, versions, campaigns }) => (
          <Form label={e.title} submit={submit} button={hasRecords(options.file) ? e.look : e.make}>
            <Select label={e.what} pointer="?file" value={options.file} set={(file) => set({ file, ...(file === "responses.sav" && options.values === "labels" && { values: "codes" }) })} options={FILES.map((it) => [it, e.files[it]!])} />
            {(hasRecords(options.file) || options.file === "remarks.csv") && (
              <Several label={e.campaigns} none={e.all} pointer="?campaign" chosen={options.campaign} set={(campaign) => set({ campaign })} options={campaigns.map((it) => [it.key, inWords(it.title)])} />
            )}
            {hasRecords(options.file) && <Records options={options} set={set} book={book} versions={versions.map((it) => it.version)} />}
            {options.file !== "remarks.csv" && (
              <Select label={e.text_language} pointer="?language" value={options.language || book.language || ""} set={(language) => set({ language })} options={book.languages.map((it) => [it, it])} />
            )}
            {options.file === "codebook.csv" && <Check label={e.each} checked={options.each} set={(each) => set({ each })} />}
            {isCsv(options.file) && <Check label={e.bom} checked={options.bom} set={(bom) => set({ bom })} />}
            {isCsv(options.file) && <Check label={e.raw} checked={options.raw} set={(raw) => set({ raw })} />}
            {hasRecords(options.file) && <p class="hint">{e.recorded}</p>}
          </Form>
        )}
      </Of>
      <Fault error={error} />
      {coming && (
        <section>
          <h2 ref={result} tabIndex={-1}>
            {coming.masking ? e.preview : e.files[options.file]}
          </h2>
          {coming.masking && <Masked masking={coming.masking} diversity={coming.diversity} />}
          <p role="status">{file ? e.ready(size(file.size)) : e.coming(size(Math.floor(bytes / 1e5) * 1e5))}</p>
          {!file && !error && <progress aria-label={e.title} />}
          <div class="actions">
            <button
              type="button"
              disabled={!file}
              onClick={() => {
                save(file!, coming.name);
                say(e.was_saved);
              }}
            >
              {e.save}
            </button>
            {!file && !error && (
              <button
                type="button"
                class="second"
                onClick={() => {
                  forget();
                  say(e.stopped);
                }}
              >
                {e.stop}
              </button>
            )}
          </div>
        </section>
      )}
    </>
  );
}

interface RecordsProps {
  options: Options;
  set: (change: Partial<Options>) => void;
  book: Codebook;
  versions: number[];
}

/** What a file with single records can be limited to, and how it is written. */
function Records({ options, set, book, versions }: RecordsProps): JSX.Element {
  const e = w.exports;
  const sensitive = book.items.filter((it) => !it.background && it.kind !== "score" && hasFigures(it));
  const values = options.file === "responses.sav" ? (["codes", "numbers"] as const) : (["codes", "numbers", "labels"] as const);
  return (
    <>
      <Several label={e.versions} none={e.all} pointer="?version" chosen={options.version} set={(version) => set({ version })} options={versions.map((it) => [String(it), e.version(it)])} />
      <Several label={e.languages} none={e.all} pointer="?response_language" chosen={options.response_language} set={(response_language) => set({ response_language })} options={book.languages.map((it) => [it, it])} />
      <Several label={e.columns} none={e.all} pointer="?columns" chosen={options.columns} set={(columns) => set({ columns })} options={book.columns.map((it) => [it.column, `${it.column}: ${it.label ? `${it.text} ${it.label}` : it.text}`])} />
      <Several label={e.sensitive} none={e.none} pointer="?sensitive" chosen={options.sensitive} set={(sensitive) => set({ sensitive })} options={sensitive.map((it) => [it.name, it.text])} />
      <div class="filters">
        <Field label={e.from_week} pointer="?from_week" hint={e.week_about} value={options.from_week} set={(from_week) => set({ from_week })} />
        <Field label={e.to_week} pointer="?to_week" hint={e.week_about} value={options.to_week} set={(to_week) => set({ to_week })} />
      </div>
      <Field label={e.k} pointer="?k" hint={e.k_about} type="number" min={5} max={1000} value={options.k} set={(k) => set({ k })} />
      <div class="filters">
        <Select label={e.layout} pointer="?layout" value={options.layout} set={(layout) => set({ layout })} options={(["wide", "long"] as const).map((it) => [it, e.layouts[it]])} />
        <Select label={e.values} pointer="?values" value={options.values} set={(values) => set({ values })} options={values.map((it) => [it, e.values_of[it]])} />
        <Select label={e.missing} pointer="?missing" value={options.missing} set={(missing) => set({ missing })} options={(["blank", "reasons"] as const).map((it) => [it, e.missings[it]])} />
      </div>
    </>
  );
}
