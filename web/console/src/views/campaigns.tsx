// The campaigns: the list, one of them, and its closing.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at, go } from "../router.js";
import { api, type Account, type Schemas } from "../session.js";
import { Confirm, Empty, Field, Heading, More, Of, say, Select, Table, useLoad, usePages } from "../ui.js";
import { day, inWords, languageOf, number, time, w } from "../words.js";

export type Campaign = Schemas["CampaignView"];

/** Whether a coordinator reaches a campaign. */
export function reaches(account: Account, { key, form }: { key?: string; form: string }): boolean {
  const scope = account.scopes.coordinator;
  return !scope || !!scope.forms?.includes(form) || (key !== undefined && !!scope.campaigns?.includes(key));
}

const STATES = ["all", "open", "upcoming", "closed"] as const;

export function Campaigns({ account }: { account: Account }): JSX.Element {
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const campaigns = usePages((cursor) => api("get", "/v1/campaigns", { query: { state, cursor } }), [state]);
  const c = w.campaigns;
  return (
    <>
      <Heading title={c.title}>
        <a class="button" href={at("campaigns", "new")}>
          {c.create}
        </a>
      </Heading>
      <Select label={c.state} pointer="?state" value={state} set={(it) => setState(it as never)} options={STATES.map((it) => [it, c.states[it]])} />
      <Of it={campaigns}>
        {(all) => {
          const list = all.filter((it) => reaches(account, it));
          return list.length === 0 && !campaigns.more ? (
            <Empty>
              <p>{state === "all" ? c.none : c.none_like_this}</p>
              {state === "all" && (
                <p>
                  <a href={at("campaigns", "new")}>{c.create_first}</a>
                </p>
              )}
            </Empty>
          ) : (
            <>
              <Table caption={c.title} head={[c.name, c.state, c.from, c.until, c.access]}>
                {list.map((it) => (
                  <tr key={it.key}>
                    <th scope="row">
                      <a href={at("campaigns", it.key)} lang={languageOf(it.title)}>
                        {inWords(it.title)}
                      </a>
                    </th>
                    <td>{c.states[it.state]}</td>
                    <td>{day(it.opens_at)}</td>
                    <td>{day(it.closes_at)}</td>
                    <td>{c.accesses[it.access]}</td>
                  </tr>
                ))}
              </Table>
              <More more={campaigns.more} />
            </>
          );
        }}
      </Of>
    </>
  );
}

export function OneCampaign({ campaign }: { campaign: string }): JSX.Element {
  const loaded = useLoad(() => api("get", "/v1/campaigns/{campaign}", { path: { campaign } }), [campaign]);
  const it = loaded.data;
  const c = w.campaigns;
  return (
    <>
      <p>
        <a href={at("campaigns")}>{c.title}</a>
      </p>
      <Heading title={it ? inWords(it.title) : campaign}>
        {it && it.state !== "closed" && (
          <a class="button second" href={at("campaigns", campaign, "change")}>
            {c.change}
          </a>
        )}
        {it && it.access !== "open" && (
          <a class="button second" href={at("campaigns", campaign, "invitations")}>
            {w.invitations.title}
          </a>
        )}
      </Heading>
      <Of it={loaded}>
        {(it) => (
          <>
            <Settings it={it} />
            <Progress it={it} />
            <Statement it={it} />
            {it.state !== "closed" && <Close it={it} closed={loaded.put} />}
          </>
        )}
      </Of>
    </>
  );
}

function Settings({ it }: { it: Campaign }): JSX.Element {
  const c = w.campaigns;
  return (
    <dl>
      <dt>{c.state}</dt>
      <dd>
        {c.states[it.state]}
        {it.testing && `, ${c.testing_now}`}
      </dd>
      <dt>{c.page}</dt>
      <dd>
        <a href={`/c/${it.key}`} target="_blank" rel="noopener">
          {`${location.origin}/c/${it.key}`}
        </a>
      </dd>
      <dt>{c.form}</dt>
      <dd>
        {it.form}, {it.form_version === null ? c.newest : c.pinned(it.form_version)}
      </dd>
      <dt>{c.from}</dt>
      <dd>{time(it.opens_at)}</dd>
      <dt>{c.until}</dt>
      <dd>{time(it.closes_at)}</dd>
      <dt>{c.accepts_until}</dt>
      <dd>{time(it.accepts_until)}</dd>
      <dt>{c.access}</dt>
      <dd>{c.accesses[it.access]}</dd>
      <dt>{c.release_size}</dt>
      <dd>{it.release_size}</dd>
      <dt>{c.k}</dt>
      <dd>{it.k}</dd>
      <dt>{c.retained_until}</dt>
      <dd>{day(it.retained_until)}</dd>
    </dl>
  );
}

function Progress({ it }: { it: Campaign }): JSX.Element {
  const progress = useLoad(() => api("get", "/v1/campaigns/{campaign}/progress", { path: { campaign: it.key } }), [it.key]);
  const c = w.campaigns;
  return (
    <section>
      <h2>{c.progress}</h2>
      <Of it={progress}>
        {({ released, waiting, rounded_to }) => (
          <>
            <dl>
              <dt>{c.released}</dt>
              <dd>{c.at_least(number(released))}</dd>
              <dt>{c.waiting}</dt>
              <dd>{c.at_least(number(waiting))}</dd>
            </dl>
            <p class="hint">{c.rounded(rounded_to)}</p>
            {released + waiting === 0 && <Empty>{it.access === "open" ? c.no_responses_open : c.no_responses_invited}</Empty>}
          </>
        )}
      </Of>
    </section>
  );
}

function Statement({ it }: { it: Campaign }): JSX.Element {
  const sentences = it.privacy.sentences;
  const languages = [...new Set(sentences.flatMap(({ text }) => Object.keys(text)))];
  const c = w.campaigns;
  return (
    <section>
      <h2>{c.statement}</h2>
      <p>{c.statement_about}</p>
      {languages.map((language) => (
        <ul key={language} lang={language} class="statement">
          {sentences.map(({ code, text }) => (
            <li key={code}>{text[language]}</li>
          ))}
        </ul>
      ))}
    </section>
  );
}

function Close({ it, closed }: { it: Campaign; closed: (it: Campaign) => void }): JSX.Element {
  const [days, setDays] = useState(String(it.grace_days));
  const c = w.campaigns;
  const close = async (): Promise<void> => {
    closed(await api("post", "/v1/campaigns/{campaign}/close", { path: { campaign: it.key }, body: { grace_days: Number(days) } }));
    say(c.was_closed);
    go(at("campaigns", it.key), true);
  };
  return (
    <section>
      <h2>{c.close_title}</h2>
      <p>{c.close_about}</p>
      <Confirm button={c.close} title={c.close_sure(inWords(it.title))} act={close}>
        <p>{c.close_for_good}</p>
        <Field label={c.grace_days} pointer="/grace_days" value={days} set={setDays} type="number" min={0} max={90} hint={c.grace_days_about} />
      </Confirm>
    </section>
  );
}
