// Logging in: by password, by the provider of the organisation, or by both, as the server says.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { logIn, waysToLogIn, type Ways } from "../session.js";
import { Fault, Field, Form, Heading, Loading } from "../ui.js";
import { w } from "../words.js";

export function LogIn({ ended, done }: { ended: boolean; done: () => Promise<void> }): JSX.Element {
  const [ways, setWays] = useState<Ways>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    waysToLogIn().then(setWays).catch(setError);
  }, []);
  return (
    <div class="narrow">
      <Heading title={w.log_in} />
      <p>{ended ? w.session_ended : w.log_in_about}</p>
      <Fault error={error} />
      {!ways && !error && <Loading />}
      {ways?.provider && (
        <p>
          {/* The browser goes there itself: the target keeps the router from taking it for a view. */}
          <a class="button" href={ways.provider.start} target="_self">
            {w.log_in_with(ways.provider.name)}
          </a>
        </p>
      )}
      {ways?.provider && ways.password && <p>{w.or_by_password}</p>}
      {ways?.password && <ByPassword done={done} />}
    </div>
  );
}

function ByPassword({ done }: { done: () => Promise<void> }): JSX.Element {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = async (): Promise<void> => {
    await logIn(email, password);
    await done();
  };
  return (
    <Form label={w.log_in} submit={submit} button={w.log_in}>
      <Field label={w.email} pointer="/email" value={email} set={setEmail} type="email" autocomplete="username" required />
      <Field label={w.password} pointer="/password" value={password} set={setPassword} type="password" autocomplete="current-password" required />
    </Form>
  );
}
