// One account: its name, roles and reach, its password, and its lock.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { at } from "../router.js";
import { api, type Account } from "../session.js";
import { Act, Confirm, Field, Form, Heading, Of, say, useLoad } from "../ui.js";
import { day, w } from "../words.js";
import { fromScopes, Reach, Roles, toScopes } from "./reach.js";

type Parts = { account: Account; changed: (account: Account, words: string) => void };

export function OneAccount({ id, own }: { id: string; own: Account }): JSX.Element {
  const a = w.accounts;
  const loaded = useLoad(() => api("get", "/v1/staff/{id}", { path: { id } }), [id]);
  const changed = (account: Account, words: string): void => {
    loaded.put(account);
    say(words);
  };
  return (
    <>
      <p>
        <a href={at("accounts")}>{a.title}</a>
      </p>
      <Heading title={loaded.data?.name ?? a.title} />
      <Of it={loaded}>
        {(account) => (
          <>
            <dl>
              <dt>{w.email}</dt>
              <dd>{account.email}</dd>
              <dt>{a.state}</dt>
              <dd>{account.disabled ? a.locked : a.active}</dd>
              <dt>{a.made}</dt>
              <dd>{day(account.created_at)}</dd>
            </dl>
            {account.id === own.id && (
              <p>
                <strong>{a.it_is_yours}</strong>
              </p>
            )}
            {account.log_in === "provider" && <p>{w.by_provider}</p>}
            <Change account={account} changed={changed} />
            {account.id !== own.id && account.log_in === "password" && <Reset account={account} changed={changed} />}
            <Lock account={account} changed={changed} />
          </>
        )}
      </Of>
    </>
  );
}

function Change({ account, changed }: Parts): JSX.Element {
  const a = w.accounts;
  const [name, setName] = useState(account.name);
  const [roles, setRoles] = useState(account.roles);
  const [limits, setLimits] = useState(fromScopes(account.scopes));
  const submit = async (): Promise<void> => {
    const body = { name, roles, scopes: toScopes(roles, limits) };
    changed(await api("patch", "/v1/staff/{id}", { path: { id: account.id }, body }), a.was_changed);
  };
  return (
    <section>
      <h2>{a.change}</h2>
      <p>{a.change_about}</p>
      <Form label={a.change} submit={submit} button={w.save}>
        <Field label={w.name} pointer="/name" autocomplete="off" value={name} set={setName} />
        <Roles roles={roles} set={setRoles} />
        <Reach roles={roles} limits={limits} set={setLimits} />
      </Form>
    </section>
  );
}

function Reset({ account, changed }: Parts): JSX.Element {
  const a = w.accounts;
  const [password, setPassword] = useState("");
  const submit = async (): Promise<void> => {
    const reset = await api("patch", "/v1/staff/{id}", { path: { id: account.id }, body: { password } });
    setPassword("");
    changed(reset, a.was_reset);
  };
  return (
    <section class="narrow">
      <h2>{a.reset}</h2>
      <p>{a.reset_about}</p>
      <Form label={a.reset} submit={submit} button={a.reset}>
        <Field label={w.new_password} pointer="/password" hint={w.password_rule} autocomplete="off" spellcheck={false} value={password} set={setPassword} />
      </Form>
    </section>
  );
}

function Lock({ account, changed }: Parts): JSX.Element {
  const a = w.accounts;
  const lock = async (disabled: boolean): Promise<void> => {
    const now = await api("patch", "/v1/staff/{id}", { path: { id: account.id }, body: { disabled } });
    changed(now, disabled ? a.was_locked : a.was_unlocked);
  };
  return (
    <section>
      <h2>{a.lock_title}</h2>
      <p>{a.lock_about}</p>
      {account.disabled ? (
        <Act act={() => lock(false)}>{a.unlock}</Act>
      ) : (
        <Confirm button={a.lock} title={a.lock_sure(account.name)} act={() => lock(true)}>
          <p>{a.lock_for_keys}</p>
        </Confirm>
      )}
    </section>
  );
}
