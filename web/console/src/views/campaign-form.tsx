// Making a campaign, and changing one.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at, go } from "../router.js";
import { api, type Account, type Schemas } from "../session.js";
import { Area, Check, Empty, Field, Form, Heading, Of, Radios, say, Select, useLoad } from "../ui.js";
import { inWords, w } from "../words.js";
import { reaches, type Campaign } from "./campaigns.js";

type Text = Record<string, string>;

/** What stands in the fields. */
interface Draft {
  key: string;
  form: string;
  title: Text;
  description: Text;
  opens_at: string;
  closes_at: string;
  access: Schemas["AccessRule"];
  release_size: string;
  k: string;
  grace_days: string;
  retained_until: string;
  pinned: boolean;
  testing: boolean;
}

/** A moment as the browser's field for it wants it, in the time zone of the computer. */
function local(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

const moment = (field: string): string => (field === "" ? "" : new Date(field).toISOString());
const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);

/** What the fields say, as the API takes it. An empty field is left out. */
function bodyOf(draft: Draft, version: number | undefined) {
  const filled = (text: Text): Text | undefined => {
    const entries = Object.entries(text).filter(([, it]) => it.trim() !== "");
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  const count = (field: string): number | undefined => (field === "" ? undefined : Number(field));
  return {
    title: filled(draft.title) ?? {},
    description: filled(draft.description),
    opens_at: moment(draft.opens_at),
    closes_at: moment(draft.closes_at),
    access: draft.access,
    release_size: count(draft.release_size),
    k: count(draft.k),
    grace_days: count(draft.grace_days),
    retained_until: moment(draft.retained_until) || undefined,
    form_version: draft.pinned ? version : undefined,
    testing: draft.testing,
  };
}

export function NewCampaign({ account }: { account: Account }): JSX.Element {
  const c = w.campaigns;
  const forms = useLoad(async () => (await api("get", "/v1/forms", { query: { limit: 200 } })).items);
  return (
    <>
      <p>
        <a href={at("campaigns")}>{c.title}</a>
      </p>
      <Heading title={c.create} />
      <Of it={forms}>
        {(all) => {
          const list = all.filter((it) => reaches(account, { form: it.key }));
          return list.length === 0 ? (
            <Empty>
              <p>{c.no_forms}</p>
            </Empty>
          ) : (
            <Create forms={list} />
          );
        }}
      </Of>
    </>
  );
}

function Create({ forms }: { forms: Schemas["FormView"][] }): JSX.Element {
  const c = w.campaigns;
  const [draft, set] = useState<Draft>({
    key: "",
    form: forms[0]!.key,
    title: {},
    description: {},
    opens_at: local(inDays(1)),
    closes_at: local(inDays(31)),
    access: "open",
    release_size: "10",
    k: "5",
    grace_days: "14",
    retained_until: "",
    pinned: false,
    testing: false,
  });
  const form = forms.find((it) => it.key === draft.form)!;
  const submit = async (): Promise<void> => {
    const { key } = draft;
    const body = { ...bodyOf(draft, form.version), key, form: form.key };
    const made = await api("post", "/v1/campaigns", { body: body as Schemas["CreateCampaignBody"] });
    say(c.was_created);
    go(at("campaigns", made.key));
  };
  return (
    <Form label={c.create} submit={submit} button={c.create}>
      <Select
        label={c.form}
        pointer="/form"
        value={draft.form}
        set={(form) => set({ ...draft, form })}
        options={forms.map((it) => [it.key, `${inWords(it.title)} (${it.key}, ${w.forms.version_n(it.version)})`])}
      />
      <Field label={c.key} pointer="/key" value={draft.key} set={(key) => set({ ...draft, key })} hint={c.key_about} />
      <Fields draft={draft} set={set} languages={form.languages} version={form.version} />
    </Form>
  );
}

export function ChangeCampaign({ campaign }: { campaign: string }): JSX.Element {
  const c = w.campaigns;
  const loaded = useLoad(async () => {
    const it = await api("get", "/v1/campaigns/{campaign}", { path: { campaign } });
    const form = await api("get", "/v1/forms/{form}", { path: { form: it.form }, query: { language: "*" } });
    return { it, form };
  });
  return (
    <>
      <p>
        <a href={at("campaigns", campaign)}>{loaded.data ? inWords(loaded.data.it.title) : campaign}</a>
      </p>
      <Heading title={c.change_title} />
      <p>{c.change_about}</p>
      <Of it={loaded}>{({ it, form }) => <Change it={it} languages={form.definition.languages} version={form.version} />}</Of>
    </>
  );
}

function Change({ it, languages, version }: { it: Campaign; languages: string[]; version: number }): JSX.Element {
  const c = w.campaigns;
  const begun: Draft = {
    key: it.key,
    form: it.form,
    title: it.title,
    description: it.description ?? {},
    opens_at: local(new Date(it.opens_at)),
    closes_at: local(new Date(it.closes_at)),
    access: it.access,
    release_size: String(it.release_size),
    k: String(it.k),
    grace_days: String(it.grace_days),
    retained_until: local(new Date(it.retained_until)),
    pinned: it.form_version !== null,
    testing: it.testing,
  };
  const [draft, set] = useState(begun);
  const pin = it.form_version ?? version;
  const submit = async (): Promise<void> => {
    const before: Record<string, unknown> = bodyOf(begun, pin);
    const now: Record<string, unknown> = bodyOf(draft, pin);
    // Only what was changed: the rest may be promised.
    const changes = Object.keys(now).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
    const body = Object.fromEntries(changes.map((name) => [name, now[name] ?? null]));
    await api("patch", "/v1/campaigns/{campaign}", { path: { campaign: it.key }, body: body as Schemas["UpdateCampaignBody"] });
    say(c.was_changed);
    go(at("campaigns", it.key));
  };
  return (
    <Form label={c.change_title} submit={submit} button={w.save}>
      <Fields draft={draft} set={set} languages={[...new Set([...Object.keys(it.title), ...languages])]} version={pin} />
    </Form>
  );
}

function Fields({ draft, set, languages, version }: { draft: Draft; set: (draft: Draft) => void; languages: string[]; version: number }): JSX.Element {
  const c = w.campaigns;
  const field = (name: keyof Draft) => ({ pointer: `/${name}`, value: draft[name] as string, set: (value: string) => set({ ...draft, [name]: value }) });
  const text = (name: "title" | "description", language: string) => ({
    pointer: `/${name}/${language}`,
    lang: language,
    value: draft[name][language] ?? "",
    set: (value: string) => set({ ...draft, [name]: { ...draft[name], [language]: value } }),
  });
  return (
    <>
      {languages.map((language) => (
        <div key={language}>
          <Field label={c.title_in(language)} {...text("title", language)} />
          <Area label={c.description_in(language)} {...text("description", language)} rows={2} />
        </div>
      ))}
      <Field label={c.from} {...field("opens_at")} type="datetime-local" />
      <Field label={c.until} {...field("closes_at")} type="datetime-local" />
      <Radios
        legend={c.access}
        value={draft.access}
        set={(access) => set({ ...draft, access: access as Draft["access"] })}
        options={(["open", "code", "pass"] as const).map((it) => [it, c.accesses[it], c.accesses_about[it]])}
      />
      <h2>{c.promises}</h2>
      <p>{c.promises_about}</p>
      <Field label={c.release_size} {...field("release_size")} type="number" min={1} max={1000} hint={c.release_size_about} />
      <Field label={c.k} {...field("k")} type="number" min={5} max={1000} hint={c.k_about} />
      <Field label={c.retained_until} {...field("retained_until")} type="datetime-local" hint={c.retained_until_about} />
      <Field label={c.grace_days} {...field("grace_days")} type="number" min={0} max={90} hint={c.grace_days_about} />
      <Check label={c.pin(version)} checked={draft.pinned} set={(pinned) => set({ ...draft, pinned })} hint={c.pin_about} />
      <Check label={c.testing} checked={draft.testing} set={(testing) => set({ ...draft, testing })} hint={c.testing_about} />
    </>
  );
}
