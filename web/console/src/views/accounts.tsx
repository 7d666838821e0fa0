// The accounts of staff: the list, and adding one.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at, go } from "../router.js";
import { api, type Account, type Role } from "../session.js";
import { Empty, Field, Form, Heading, More, Of, say, Table, usePages } from "../ui.js";
import { day, w } from "../words.js";
import { Reach, Roles, toScopes, type Limits } from "./reach.js";

/** What a role of an account is limited to, in words. */
const reachOf = (account: Account, role: Role): string => {
  const scope = role === "admin" ? undefined : account.scopes[role];
  const keys = scope && [...(scope.forms ?? []), ...("campaigns" in scope ? (scope.campaigns ?? []) : [])];
  return keys ? `${w.role[role]} (${keys.join(", ")})` : w.role[role];
};

export function Accounts(): JSX.Element {
  const a = w.accounts;
  const accounts = usePages((cursor) => api("get", "/v1/staff", { query: { cursor } }));
  return (
    <>
      <Heading title={a.title}>
        <a class="button" href={at("accounts", "new")}>
          {a.add}
        </a>
      </Heading>
      <Of it={accounts}>
        {(list) => (
          <>
            {list.length < 2 && <Empty>{a.only_you}</Empty>}
            <Table caption={a.title} head={[w.name, w.email, w.roles, a.state, a.made]}>
              {list.map((it) => (
                <tr key={it.id}>
                  <th scope="row">
                    <a href={at("accounts", it.id)}>{it.name}</a>
                  </th>
                  <td>{it.email}</td>
                  <td>{it.roles.map((role) => reachOf(it, role)).join(", ")}</td>
                  <td>{it.disabled ? a.locked : a.active}</td>
                  <td>{day(it.created_at)}</td>
                </tr>
              ))}
            </Table>
            <More more={accounts.more} />
          </>
        )}
      </Of>
    </>
  );
}

export function NewAccount(): JSX.Element {
  const a = w.accounts;
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<Role[]>([]);
  const [limits, setLimits] = useState<Limits>({});
  const [password, setPassword] = useState("");
  const submit = async (): Promise<void> => {
    const made = await api("post", "/v1/staff", { body: { email, name, roles, scopes: toScopes(roles, limits), password } });
    say(a.was_added);
    go(at("accounts", made.id));
  };
  return (
    <>
      <p>
        <a href={at("accounts")}>{a.title}</a>
      </p>
      <Heading title={a.add} />
      <p>{a.add_about}</p>
      <Form label={a.add} submit={submit} button={a.add}>
        <Field label={w.email} pointer="/email" type="email" autocomplete="off" value={email} set={setEmail} />
        <Field label={w.name} pointer="/name" autocomplete="off" value={name} set={setName} />
        <Field label={a.first_password} pointer="/password" hint={w.password_rule} autocomplete="off" spellcheck={false} value={password} set={setPassword} />
        <Roles roles={roles} set={setRoles} />
        <Reach roles={roles} limits={limits} set={setLimits} />
      </Form>
    </>
  );
}
