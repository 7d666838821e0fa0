// The invitations of a campaign: making a batch, printing it, revoking it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at } from "../router.js";
import { api, ask, type Schemas } from "../session.js";
import { Sheet } from "../sheet.js";
import { Confirm, Empty, Field, Form, Heading, More, Of, Radios, save, say, Table, useLoad, usePages } from "../ui.js";
import { day, inWords, number, w } from "../words.js";

type Batches = Schemas["InvitationBatchesView"];

export function Invitations({ campaign }: { campaign: string }): JSX.Element {
  const path = { campaign };
  const i = w.invitations;
  const [counts, setCounts] = useState<Batches>();
  const [cards, setCards] = useState<string>();
  const found = useLoad(() => api("get", "/v1/campaigns/{campaign}", { path }), [campaign]);
  const batches = usePages(async (cursor) => {
    const page = await api("get", "/v1/campaigns/{campaign}/invitations", { path, query: { cursor } });
    setCounts(page);
    return page;
  });
  const revoke = async (batch: string): Promise<void> => {
    await api("delete", "/v1/campaigns/{campaign}/invitations/{batch}", { path: { campaign, batch } });
    say(i.was_revoked);
    await batches.reload();
  };
  return (
    <>
      <p>
        <a href={at("campaigns", campaign)}>{found.data ? inWords(found.data.title) : campaign}</a>
      </p>
      <Heading title={i.title} />
      {cards && (
        <section>
          <h2>{i.cards}</h2>
          <p>
            <strong>{i.once}</strong>
          </p>
          <Sheet html={cards} title={i.cards} name={`${campaign}-invitations.html`} />
        </section>
      )}
      <Of it={batches}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{i.none}</Empty>
          ) : (
            <>
              {counts && <p>{i.counts(number(counts.issued), number(counts.redeemed), counts.redeemed_rounded_to)}</p>}
              <Table caption={i.batches} head={[i.label, i.count, i.made, w.actions]}>
                {list.map((it) => (
                  <tr key={it.id}>
                    <th scope="row">{it.label ?? i.no_label}</th>
                    <td>{number(it.issued)}</td>
                    <td>{day(it.created_at)}</td>
                    <td>
                      {it.revoked_at ? (
                        i.revoked(day(it.revoked_at))
                      ) : (
                        <Confirm button={i.revoke} name={it.label ?? day(it.created_at)} title={i.revoke_sure} act={() => revoke(it.id)}>
                          <p>{i.revoke_about}</p>
                        </Confirm>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
              <More more={batches.more} />
            </>
          )
        }
      </Of>
      {found.data?.state !== "closed" && (
        <Make
          campaign={campaign}
          made={async (html) => {
            setCards(html);
            say(html ? i.were_made : i.were_saved);
            await batches.reload();
          }}
        />
      )}
    </>
  );
}

function Make({ campaign, made }: { campaign: string; made: (cards?: string) => Promise<void> }): JSX.Element {
  const i = w.invitations;
  const [count, setCount] = useState("50");
  const [label, setLabel] = useState("");
  const [sender, setSender] = useState("");
  const [link, setLink] = useState("");
  const [format, setFormat] = useState("cards");
  const submit = async (): Promise<void> => {
    const body = { count: Number(count), label: label || undefined, sender: sender || undefined, link: link || undefined };
    const header = { accept: "text/html, text/csv, application/json" };
    const reply = await ask("post", "/v1/campaigns/{campaign}/invitations", { path: { campaign }, query: { format }, header, body });
    if (format === "cards") return made(await reply.text());
    save(await reply.blob(), `${campaign}-invitations.csv`);
    await made();
  };
  return (
    <section>
      <h2>{i.make}</h2>
      <p>{i.make_about}</p>
      <Form label={i.make} submit={submit} button={i.make}>
        <Field label={i.count} pointer="/count" value={count} set={setCount} type="number" min={1} max={10000} />
        <Field label={i.label} pointer="/label" value={label} set={setLabel} hint={i.label_about} />
        <Field label={i.sender} pointer="/sender" value={sender} set={setSender} hint={i.sender_about} />
        <Field label={i.link} pointer="/link" value={link} set={setLink} hint={i.link_about} />
        <Radios legend={i.format} value={format} set={setFormat} options={[["cards", i.as_cards], ["csv", i.as_table, i.as_table_about]]} />
      </Form>
    </section>
  );
}
