// The report of a form: every question and every score, with charts.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at } from "../router.js";
import { api, ask, type Account, type Schemas } from "../session.js";
import { Sheet } from "../sheet.js";
import { Act, Empty, Heading, Of, Select, useLoad } from "../ui.js";
import { inWords, language, w } from "../words.js";
import { campaignsOf } from "./figures.js";
import { Changes, Overall, scaleOf } from "./measure.js";

type Item = Schemas["ReportItemView"];

export function Report({ form, account }: { form: string; account: Account }): JSX.Element {
  const f = w.figures;
  const path = { form };
  const [campaign, setCampaign] = useState("");
  const [printed, setPrinted] = useState<string>();
  const known = useLoad(async () => {
    const [newest, campaigns] = await Promise.all([api("get", "/v1/forms/{form}", { path, query: { language: "*" } }), campaignsOf(account, form)]);
    return { campaigns, title: inWords(newest.definition.title), language: newest.definition.languages.includes(language) ? language : undefined };
  }, [form]);
  const query = { campaign: campaign || undefined, language: known.data?.language };
  const print = async (): Promise<void> => {
    const reply = await ask("get", "/v1/forms/{form}/report", { path, query: { ...query, detail: "overall" }, header: { accept: "text/html" } });
    setPrinted(await reply.text());
  };
  const choose = (campaign: string): void => {
    setPrinted(undefined);
    setCampaign(campaign);
  };
  return (
    <>
      <p>
        <a href={at("figures")}>{f.title}</a>
      </p>
      <Heading title={known.data?.title ?? f.report}>
        <a class="button" href={at("figures", form, "tables")}>
          {f.tables}
        </a>
        <a class="button second" href={at("figures", form, "export")}>
          {w.exports.title}
        </a>
        <Act act={print} class="second">
          {f.printed}
        </Act>
      </Heading>
      {printed && <Sheet html={printed} title={f.printed} name={`${form}-report.html`} />}
      <Of it={known}>
        {({ campaigns }) => (
          <>
            <Select label={f.campaign} pointer="?campaign" value={campaign} set={choose} options={[["", f.every_campaign], ...campaigns.map((it) => [it.key, inWords(it.title)] as const)]} />
            <Items form={form} query={query} titles={new Map(campaigns.map((it) => [it.key, inWords(it.title)]))} />
          </>
        )}
      </Of>
    </>
  );
}

interface ItemsProps {
  form: string;
  query: { campaign: string | undefined; language: string | undefined };
  titles: Map<string, string>;
}

function Items({ form, query, titles }: ItemsProps): JSX.Element {
  const f = w.figures;
  const loaded = useLoad(() => api("get", "/v1/forms/{form}/report", { path: { form }, query }), [form, query.campaign]);
  return (
    <Of it={loaded}>
      {({ items, language, protection }) =>
        items.every((it) => !it.overall[0]?.responses) ? (
          <Empty>{f.no_responses}</Empty>
        ) : (
          <>
            <p>{f.protected(protection.largest_noise, protection.floor)}</p>
            <details>
              <summary>{f.contents}</summary>
              <ol class="contents" lang={language}>
                {items.map(({ measure }) => (
                  <li key={measure.name}>
                    <a href={`#${measure.name}`}>{measure.text}</a>
                  </li>
                ))}
              </ol>
            </details>
            {items.map((it) => (
              <One key={it.measure.name} it={it} form={form} language={language} titles={titles} />
            ))}
          </>
        )
      }
    </Of>
  );
}

function One({ it: { measure, overall, changes }, form, language, titles }: { it: Item; form: string; language: string; titles: Map<string, string> }): JSX.Element {
  const f = w.figures;
  const scale = scaleOf(measure);
  const title = (key: string): string => titles.get(key) ?? key;
  return (
    <section class="item">
      <h2 id={measure.name} tabIndex={-1} lang={language}>
        {measure.text}
      </h2>
      <Overall measure={measure} group={overall[0]} language={language} />
      {scale && changes.some((it) => it.mean) && <Changes measure={measure} changes={changes} scale={scale} figureOf={(it) => it.mean} labelOf={(it) => f.from_to(title(it.from), title(it.to))} />}
      <p>
        <a href={`${at("figures", form, "tables")}?of=${encodeURIComponent(measure.name)}`} aria-label={`${f.break_down}: ${measure.text}`}>
          {f.break_down}
        </a>
      </p>
    </section>
  );
}
