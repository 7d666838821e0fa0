// One's own account: its password and its sessions.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, type Account } from "../session.js";
import { Act, Confirm, Field, Form, Heading, More, Of, say, Table, usePages } from "../ui.js";
import { day, time, w } from "../words.js";

export const Own = ({ account }: { account: Account }): JSX.Element => (
  <>
    <Heading title={w.own_account} />
    <dl>
      <dt>{w.name}</dt>
      <dd>{account.name}</dd>
      <dt>{w.email}</dt>
      <dd>{account.email}</dd>
      <dt>{w.roles}</dt>
      <dd>{account.roles.map((role) => w.role[role]).join(", ")}</dd>
    </dl>
    {account.log_in === "password" ? <Password /> : <p>{w.by_provider}</p>}
    <Sessions />
  </>
);

function Password(): JSX.Element {
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const submit = async (): Promise<void> => {
    await api("put", "/v1/staff/own/password", { body: { present_password: present, new_password: next } });
    setPresent("");
    setNext("");
    say(w.password_changed);
  };
  return (
    <section class="narrow">
      <h2>{w.change_password}</h2>
      <p>{w.change_password_about}</p>
      <Form label={w.change_password} submit={submit} button={w.change_password}>
        <Field label={w.present_password} pointer="/present_password" value={present} set={setPresent} type="password" autocomplete="current-password" />
        <Field label={w.new_password} pointer="/new_password" value={next} set={setNext} type="password" autocomplete="new-password" hint={w.password_rule} />
      </Form>
    </section>
  );
}

function Sessions(): JSX.Element {
  const sessions = usePages((cursor) => api("get", "/v1/staff/own/sessions", { query: { cursor } }));
  const end = async (session: string): Promise<void> => {
    await api("delete", "/v1/staff/own/sessions/{session}", { path: { session } });
    say(w.session_was_ended);
    await sessions.reload();
  };
  const endOthers = async (): Promise<void> => {
    await api("delete", "/v1/staff/own/sessions/others");
    say(w.other_sessions_were_ended);
    await sessions.reload();
  };
  return (
    <section>
      <h2>{w.sessions}</h2>
      <p>{w.sessions_about}</p>
      <Of it={sessions}>
        {(list) => (
          <>
            <Table caption={w.sessions} head={[w.logged_in_at, w.last_used, w.expires, w.actions]}>
              {list.map((it) => (
                <tr key={it.id}>
                  <th scope="row">{time(it.opened_at)}</th>
                  <td>{day(it.last_used_on)}</td>
                  <td>{day(it.expires_at)}</td>
                  <td>{it.is_this_one ? w.this_session : <Act act={() => end(it.id)} class="second">{w.end_session}</Act>}</td>
                </tr>
              ))}
            </Table>
            <More more={sessions.more} />
            {list.length > 1 && (
              <Confirm button={w.end_others} title={w.end_others_title} act={endOthers}>
                <p>{w.end_others_about}</p>
              </Confirm>
            )}
          </>
        )}
      </Of>
    </section>
  );
}
