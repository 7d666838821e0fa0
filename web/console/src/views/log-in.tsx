// Logging in.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { logIn } from "../session.js";
import { Field, Form, Heading } from "../ui.js";
import { w } from "../words.js";

export function LogIn({ ended, done }: { ended: boolean; done: () => Promise<void> }): JSX.Element {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = async (): Promise<void> => {
    await logIn(email, password);
    await done();
  };
  return (
    <div class="narrow">
      <Heading title={w.log_in} />
      <p>{ended ? w.session_ended : w.log_in_about}</p>
      <Form label={w.log_in} submit={submit} button={w.log_in}>
        <Field label={w.email} pointer="/email" value={email} set={setEmail} type="email" autocomplete="username" required />
        <Field label={w.password} pointer="/password" value={password} set={setPassword} type="password" autocomplete="current-password" required />
      </Form>
    </div>
  );
}
