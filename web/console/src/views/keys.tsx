// API keys: one's own; for admins, those of everybody. The text of a key is shown once.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Account, type Role, type Schemas } from "../session.js";
import { Confirm, Empty, Field, Form, Heading, More, Of, say, Select, Table, useLoad, usePages } from "../ui.js";
import { day, inWords, w } from "../words.js";

type Owner = Schemas["ApiKeyFilter"];

export function Keys({ account }: { account: Account }): JSX.Element {
  const k = w.keys;
  const [owner, setOwner] = useState<Owner>("me");
  const [made, setMade] = useState<string>();
  const keys = usePages((cursor) => api("get", "/v1/api-keys", { query: { owner, cursor } }), [owner]);
  const revoke = async (key: string): Promise<void> => {
    await api("delete", "/v1/api-keys/{api_key}", { path: { api_key: key } });
    say(k.was_revoked);
    await keys.reload();
  };
  const isOfAll = owner === "all";
  return (
    <>
      <Heading title={k.title} />
      <p>{k.intro}</p>
      {made && <Made key={made} text={made} />}
      {account.roles.includes("admin") && (
        <Select label={k.whose} pointer="?owner" value={owner} set={(it) => setOwner(it as Owner)} options={[["me", k.mine], ["all", k.everybody]]} />
      )}
      <Of it={keys}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{k.none}</Empty>
          ) : (
            <>
              <Table caption={k.title} head={[k.label, ...(isOfAll ? [k.owner] : []), k.role, k.form, k.state, k.expires, k.used, w.actions]}>
                {list.map((it) => (
                  <tr key={it.id}>
                    <th scope="row">{it.label}</th>
                    {isOfAll && <td>{it.owner.name}</td>}
                    <td>{w.role[it.role]}</td>
                    <td>{it.form ? <code>{it.form}</code> : k.all_forms}</td>
                    <td>{k.states[it.state]}</td>
                    <td>{day(it.expires_at)}</td>
                    <td>{it.last_used_on ? day(it.last_used_on) : k.never}</td>
                    <td>
                      {it.state === "active" && (
                        <Confirm button={k.revoke} name={it.label} title={k.revoke_sure(it.label)} act={() => revoke(it.id)}>
                          <p>{k.revoke_about}</p>
                        </Confirm>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
              <More more={keys.more} />
            </>
          )
        }
      </Of>
      <Make
        account={account}
        made={async (key) => {
          setMade(key);
          say(k.was_made);
          await keys.reload();
        }}
      />
    </>
  );
}

function Made({ text }: { text: string }): JSX.Element {
  const k = w.keys;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    say(k.copied);
  };
  return (
    <section>
      <h2>{k.the_key}</h2>
      <p>
        <strong>{k.once}</strong>
      </p>
      <div class="actions">
        <input ref={field} type="text" class="mono" readOnly aria-label={k.the_key} value={text} />
        {/* There is a clipboard only where the connection is secure. */}
        {navigator.clipboard && (
          <button type="button" class="second" onClick={() => void copy()}>
            {k.copy}
          </button>
        )}
      </div>
    </section>
  );
}

function Make({ account, made }: { account: Account; made: (key: string) => Promise<void> }): JSX.Element {
  const k = w.keys;
  const roles = account.roles.filter((it) => it !== "author");
  const [label, setLabel] = useState("");
  const [role, setRole] = useState<Role>(roles[0] ?? "analyst");
  const [form, setForm] = useState("");
  const [days, setDays] = useState("90");
  const forms = useLoad(() => api("get", "/v1/forms", { query: { limit: 200 } }));
  const submit = async (): Promise<void> => {
    const body = { label, role, ...(form && { form }), lifetime_days: Number(days) };
    const { key } = await api("post", "/v1/api-keys", { body });
    setLabel("");
    await made(key);
  };
  const offered = (forms.data?.items ?? []).map((it) => [it.key, inWords(it.title)] as const);
  return (
    <section>
      <h2>{k.make}</h2>
      <Form label={k.make} submit={submit} button={k.make}>
        <Field label={k.label} pointer="/label" hint={k.label_about} value={label} set={setLabel} />
        <Select label={k.role} pointer="/role" value={role} set={(it) => setRole(it as Role)} options={roles.map((it) => [it, w.role[it]])} />
        <Select label={k.form} pointer="/form" value={form} set={setForm} options={[["", k.all_forms], ...offered]} />
        <Field label={k.days} pointer="/lifetime_days" type="number" min={1} max={365} value={days} set={setDays} />
      </Form>
    </section>
  );
}
