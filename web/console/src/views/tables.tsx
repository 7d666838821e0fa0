// Tables across questions: a question or a score by up to three others.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { at, note } from "../router.js";
import { api, ask, type Account, type Schemas } from "../session.js";
import { Act, Empty, Field, Form, Heading, Of, save, Select, useLoad } from "../ui.js";
import { inWords, w } from "../words.js";
import { canBreakDown, codebookOf, hasFigures, type Codebook } from "./codebook.js";
import { campaignsOf } from "./figures.js";
import { Grouped } from "./grouped.js";

type Campaign = Schemas["CampaignView"];
type Statistics = Schemas["StatisticsView"];

interface Asked {
  of: string;
  by: string[];
  where: { question: string; code: string }[];
  campaign: string;
  from_week: string;
  to_week: string;
}

const read = (query: URLSearchParams): Asked => {
  const list = (name: string): string[] => (query.get(name) ?? "").split(",").filter(Boolean);
  const where = list("where").map((it) => it.split(":")).map(([question = "", code = ""]) => ({ question, code }));
  const text = (name: string): string => query.get(name) ?? "";
  return { of: text("of"), by: list("by"), where, campaign: text("campaign"), from_week: text("from_week"), to_week: text("to_week") };
};

/** What was chosen, as the API and the address have it. */
function write({ by, where, ...rest }: Asked): Record<string, string> {
  const conditions = where.filter((it) => it.question && it.code).map((it) => `${it.question}:${it.code}`);
  const all = { ...rest, by: by.filter(Boolean).join(), where: conditions.join() };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

export function Tables({ form, account, query }: { form: string; account: Account; query: URLSearchParams }): JSX.Element {
  const f = w.figures;
  const known = useLoad(async () => {
    const [book, campaigns] = await Promise.all([codebookOf(form), campaignsOf(account, form)]);
    return { book, campaigns };
  }, [form]);
  return (
    <>
      <p>
        <a href={at("figures", form)}>{f.report}</a>
      </p>
      <Heading title={f.tables}>
        <a class="button second" href={at("figures", form, "export")}>
          {w.exports.title}
        </a>
      </Heading>
      <p>{f.tables_about}</p>
      <Of it={known}>{({ book, campaigns }) => <Builder form={form} book={book} campaigns={campaigns} query={query} />}</Of>
    </>
  );
}

const DIMENSIONS = ["campaign", "form_version", "language", "week", "month", "quarter", "year"];

function Builder({ form, book, campaigns, query }: { form: string; book: Codebook; campaigns: Campaign[]; query: URLSearchParams }): JSX.Element {
  const f = w.figures;
  const measures = book.items.filter(hasFigures);
  const given = read(query);
  const [asked, setAsked] = useState<Asked>({ ...given, of: given.of || (measures[0]?.name ?? "") });
  const [found, setFound] = useState<Statistics>();
  const result = useRef<HTMLElement>(null);
  const set = (change: Partial<Asked>): void => setAsked({ ...asked, ...change });
  const sent = { ...write(asked), ...(book.language && { language: book.language }) };
  const submit = async (): Promise<void> => {
    note(new URLSearchParams(write(asked)));
    setFound(await api("get", "/v1/forms/{form}/statistics", { path: { form }, query: sent as never }));
  };
  // An address with a choice shows its table.
  useEffect(() => {
    if (given.of) document.querySelector<HTMLFormElement>("form.builder")?.requestSubmit();
  }, []);
  useEffect(() => result.current?.querySelector("h2")?.focus(), [found]);
  const saveCsv = async (): Promise<void> => {
    const reply = await ask("get", "/v1/forms/{form}/statistics", { path: { form }, query: sent, header: { accept: "text/csv" } });
    save(await reply.blob(), `${form}-${asked.of}.csv`);
  };
  const dimensions = book.items.filter(canBreakDown);
  const by = [...DIMENSIONS.map((it) => [it, f.dimensions[it]!] as const), ...dimensions.map((it) => [it.name, it.text] as const)];
  const titles = new Map(campaigns.map((it) => [it.key, inWords(it.title)]));
  return (
    <>
      <Form label={f.tables} class="builder" submit={submit} button={f.show}>
        <Select label={f.of} pointer="?of" value={asked.of} set={(of) => set({ of })} options={measures.map((it) => [it.name, it.text])} />
        <div class="filters">
          {[0, 1, 2].map((place) => (
            <Select
              key={place}
              label={f.by(place)}
              pointer={place ? `?by${place}` : "?by"}
              value={asked.by[place] ?? ""}
              set={(name) => set({ by: [0, 1, 2].map((it) => (it === place ? name : (asked.by[it] ?? ""))) })}
              options={[["", f.nothing], ...by]}
            />
          ))}
        </div>
        {[0, 1].map((place) => (
          <Where key={place} place={place} asked={asked} set={set} book={book} />
        ))}
        <div class="filters">
          <Select label={f.campaign} pointer="?campaign" value={asked.campaign} set={(campaign) => set({ campaign })} options={[["", f.every_campaign], ...titles]} />
          <Field label={w.exports.from_week} pointer="?from_week" hint={w.exports.week_about} value={asked.from_week} set={(from_week) => set({ from_week })} />
          <Field label={w.exports.to_week} pointer="?to_week" hint={w.exports.week_about} value={asked.to_week} set={(to_week) => set({ to_week })} />
        </div>
      </Form>
      {found && (
        <section ref={result}>
          <h2 tabIndex={-1} lang={book.language}>
            {found.measure.text}
          </h2>
          {found.groups.length === 0 ? (
            <Empty>{f.all_too_small}</Empty>
          ) : (
            <>
              <Grouped key={JSON.stringify(found.by) + found.measure.name} found={found} titles={titles} language={book.language} />
              <p>{f.protected(found.protection.largest_noise, found.protection.floor)}</p>
              <Act act={saveCsv} class="second">
                {f.save_csv}
              </Act>
            </>
          )}
        </section>
      )}
    </>
  );
}

/** A condition: a question and an answer to it. */
function Where({ place, asked, set, book }: { place: number; asked: Asked; set: (change: Partial<Asked>) => void; book: Codebook }): JSX.Element {
  const f = w.figures;
  const now = asked.where[place] ?? { question: "", code: "" };
  const questions = book.items.filter((it) => canBreakDown(it) && it.options.length > 0);
  const options = questions.find((it) => it.name === now.question)?.options ?? [];
  const change = (it: { question: string; code: string }): void => set({ where: [0, 1].map((other) => (other === place ? it : (asked.where[other] ?? { question: "", code: "" }))) });
  return (
    <div class="filters">
      <Select
        label={f.where(place)}
        pointer={place ? "?where1" : "?where"}
        value={now.question}
        set={(question) => change({ question, code: questions.find((it) => it.name === question)?.options[0]?.[0] ?? "" })}
        options={[["", f.nothing], ...questions.map((it) => [it.name, it.text] as const)]}
      />
      {options.length > 0 && <Select label={f.where_answer} pointer={`?answer${place}`} value={now.code} set={(code) => change({ question: now.question, code })} options={options} />}
    </div>
  );
}
