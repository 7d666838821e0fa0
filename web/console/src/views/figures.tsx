// The forms that an analyst has figures of.

import type { JSX } from "preact";
import { at } from "../router.js";
import { api, type Account, type Page, type Schemas } from "../session.js";
import { Empty, Heading, Of, Table, useLoad } from "../ui.js";
import { inWords, languageOf, w } from "../words.js";

/** Whether an analyst reaches a campaign. */
export function reachesAsAnalyst(account: Account, { key, form }: Pick<Schemas["CampaignView"], "key" | "form">): boolean {
  const scope = account.scopes.analyst;
  return !scope || !!scope.forms?.includes(form) || !!scope.campaigns?.includes(key);
}

/** The campaigns of a form that an analyst reaches. */
export async function campaignsOf(account: Account, form?: string): Promise<Schemas["CampaignView"][]> {
  const all: Schemas["CampaignView"][] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Schemas["CampaignView"]> = await api("get", "/v1/campaigns", { query: { state: "all", limit: 200, cursor } });
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return all.filter((it) => (form === undefined || it.form === form) && reachesAsAnalyst(account, it));
}

export function Figures({ account }: { account: Account }): JSX.Element {
  const f = w.figures;
  const loaded = useLoad(async () => {
    const [forms, campaigns] = await Promise.all([api("get", "/v1/forms", { query: { limit: 200 } }), campaignsOf(account)]);
    const scope = account.scopes.analyst;
    const all = forms.items.map((form) => ({ form, campaigns: campaigns.filter((it) => it.form === form.key) }));
    return all.filter(({ form, campaigns }) => !scope || scope.forms?.includes(form.key) || campaigns.length > 0);
  });
  return (
    <>
      <Heading title={f.title} />
      <Of it={loaded}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{f.none}</Empty>
          ) : (
            <>
              <p>{f.choose}</p>
              <Table caption={f.title} head={[f.form, f.campaigns, w.actions]}>
                {list.map(({ form, campaigns }) => (
                  <tr key={form.key}>
                    <th scope="row">
                      <a href={at("figures", form.key)} lang={languageOf(form.title)}>
                        {inWords(form.title)}
                      </a>
                    </th>
                    <td>{campaigns.map((it) => inWords(it.title)).join(", ") || f.no_campaigns}</td>
                    <td>
                      <a href={at("figures", form.key, "export")} aria-label={`${w.exports.title}: ${inWords(form.title)}`}>
                        {w.exports.title}
                      </a>
                    </td>
                  </tr>
                ))}
              </Table>
            </>
          )
        }
      </Of>
    </>
  );
}
