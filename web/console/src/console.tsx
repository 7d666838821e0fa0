// The console of staff: who is logged in, where they are, and what their roles let them do.

import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { asked, at, follow, go, place } from "./router.js";
import { api, logOut, renew, whenEnded, type Account, type Role } from "./session.js";
import { Fault, Heading, Loading, Said, say } from "./ui.js";
import { Own } from "./views/own.js";
import { LogIn } from "./views/log-in.js";
import { sections } from "./sections.js";
import { language, speak, w, type Language } from "./words.js";

type Who = { state: "asking" } | { state: "nobody"; ended: boolean } | { state: "known"; account: Account } | { state: "failed"; error: unknown };

function Console(): JSX.Element {
  const [, redraw] = useState(0);
  const [who, setWho] = useState<Who>({ state: "asking" });
  const draw = (): void => redraw((count) => count + 1);
  const meet = async (): Promise<void> => {
    try {
      const account = await api("get", "/v1/staff/own");
      setWho({ state: "known", account });
    } catch (error) {
      setWho((now) => (now.state === "nobody" ? now : { state: "failed", error }));
    }
  };
  useEffect(() => {
    follow(draw);
    whenEnded(() => setWho({ state: "nobody", ended: true }));
    renew()
      .then((found) => (found ? meet() : setWho({ state: "nobody", ended: false })))
      .catch((error) => setWho({ state: "failed", error }));
  }, []);
  const leave = async (): Promise<void> => {
    await logOut();
    setWho({ state: "nobody", ended: false });
    go("/console", true);
    say(w.logged_out);
  };
  const choose = (chosen: Language): void => {
    speak(chosen);
    draw();
  };
  const account = who.state === "known" ? who.account : undefined;
  return (
    <div key={language}>
      <a class="skip" href="#main">
        {w.skip}
      </a>
      <header class="top">
        <a class="name" href="/console">
          Aftercare
        </a>
        {account && <Navigation roles={account.roles} />}
        <div class="who">
          <LanguageSwitch choose={choose} />
          {account && (
            <>
              <a href={at("own")} aria-current={place()[0] === "own" ? "page" : undefined}>
                {account.name}
              </a>
              <button type="button" class="second" onClick={() => void leave().catch((error) => setWho({ state: "failed", error }))}>
                {w.log_out}
              </button>
            </>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Said />
        {who.state === "asking" && <Loading />}
        {who.state === "failed" && <Fault error={who.error} />}
        {who.state === "nobody" && <LogIn ended={who.ended} done={meet} />}
        {account && <View account={account} key={location.pathname} />}
      </main>
    </div>
  );
}

const Navigation = ({ roles }: { roles: Role[] }): JSX.Element => (
  <nav aria-label={w.navigation}>
    <ul>
      {sections()
        .filter((it) => it.isFor(roles))
        .map(({ key, title }) => (
          <li key={key}>
            <a href={at(key)} aria-current={place()[0] === key ? "page" : undefined}>
              {title}
            </a>
          </li>
        ))}
    </ul>
  </nav>
);

function LanguageSwitch({ choose }: { choose: (language: Language) => void }): JSX.Element {
  const [other, name] = language === "en" ? (["ko", "한국어"] as const) : (["en", "English"] as const);
  return (
    <button type="button" class="second" lang={other} onClick={() => choose(other)}>
      {name}
    </button>
  );
}

function View({ account }: { account: Account }): JSX.Element {
  const [key = "", ...rest] = place();
  if (key === "") return <Home account={account} />;
  if (key === "own") return <Own account={account} />;
  const section = sections().find((it) => it.key === key);
  // What a role may not do is not shown, whatever the address.
  if (!section?.isFor(account.roles)) return <Nowhere />;
  return section.view({ account, rest, query: asked() }) ?? <Nowhere />;
}

const Home = ({ account }: { account: Account }): JSX.Element => (
  <>
    <Heading title={w.welcome(account.name)} />
    <p>{w.roles_held(account.roles.map((role) => w.role[role]))}</p>
    <ul class="tiles">
      {sections()
        .filter((it) => it.isFor(account.roles))
        .map(({ key, title, about }) => (
          <li key={key}>
            <h2>
              <a href={at(key)}>{title}</a>
            </h2>
            <p>{about}</p>
          </li>
        ))}
    </ul>
  </>
);

const Nowhere = (): JSX.Element => (
  <>
    <Heading title={w.nowhere} />
    <p>{w.nowhere_why}</p>
    <p>
      <a href="/console">{w.to_the_beginning}</a>
    </p>
  </>
);

render(<Console />, document.getElementById("console")!);
