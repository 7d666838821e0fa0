// The review of remarks, by keyboard: the most doubtful first, and the next one by itself.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Schemas } from "../session.js";
import { Area, Empty, Fault, Form, Heading, Loading, Select, useLoad } from "../ui.js";
import { inWords, number, w } from "../words.js";

type Remark = Schemas["RemarkView"];
type State = Schemas["ReviewState"];
type Filter = Schemas["RemarkFilter"];

/** What was done last: the remark as it was, and as it is. The same where it was skipped. */
interface Step {
  before: Remark;
  after: Remark;
}

const STATES = ["pending", "cleared", "withheld", "all"] as const;

export function Remarks(): JSX.Element {
  const r = w.remarks;
  const [campaign, setCampaign] = useState("");
  const [state, setState] = useState<Filter>("pending");
  const [round, setRound] = useState(0);
  const campaigns = useLoad(() => api("get", "/v1/campaigns", { query: { limit: 200 } }));
  const options = (campaigns.data?.items ?? []).map((it) => [it.key, inWords(it.title)] as const);
  return (
    <>
      <Heading title={r.title} />
      <p>{r.intro}</p>
      <div class="filters">
        <Select label={r.campaign} pointer="?campaign" value={campaign} set={setCampaign} options={[["", r.every_campaign], ...options]} />
        <Select label={r.state} pointer="?state" value={state} set={(it) => setState(it as Filter)} options={STATES.map((it) => [it, r.states[it]])} />
      </div>
      <Queue key={`${campaign} ${state} ${round}`} campaign={campaign} state={state} restart={() => setRound(round + 1)} />
    </>
  );
}

const isWriting = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.matches("input, textarea, select");

/** The letter of a key, on a keyboard that types other letters as well. */
const letter = ({ key, code }: KeyboardEvent): string => (/^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, "").toLowerCase());

function Queue({ campaign, state, restart }: { campaign: string; state: Filter; restart: () => void }): JSX.Element {
  const r = w.remarks;
  const [queue, setQueue] = useState<Remark[]>();
  const [next, setNext] = useState<string | null>(null);
  const [steps, setSteps] = useState<Step[]>([]);
  const [shortening, setShortening] = useState(false);
  const [said, setSaid] = useState("");
  const [error, setError] = useState<unknown>();
  const busy = useRef(false);
  /** The page that is on its way, so that undoing does not ask for it twice. */
  const asked = useRef("");
  const at = useRef<HTMLElement>(null);

  const load = async (cursor?: string): Promise<void> => {
    const query = { campaign: campaign || undefined, state, cursor, limit: 20 };
    try {
      const page = await api("get", "/v1/remarks", { query });
      setQueue((now = []) => [...now, ...page.items]);
      setNext(page.next_cursor);
    } catch (failed) {
      setError(failed);
    }
  };
  /** One thing at a time: a key that is pressed twice reviews no remark that nobody has read. */
  const once = async (act: () => Promise<void>): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    setError(undefined);
    try {
      await act();
    } catch (failed) {
      setError(failed);
    } finally {
      busy.current = false;
    }
  };
  useEffect(() => void load(), []);
  // The next page comes before the last remark of this one is reviewed.
  const isShort = queue !== undefined && queue.length <= 3;
  useEffect(() => {
    if (!isShort || !next || asked.current === next) return;
    asked.current = next;
    void load(next);
  }, [isShort, next]);

  const remark = queue?.[0];
  useEffect(() => {
    if (queue) at.current?.focus();
  }, [remark?.id, remark?.etag, queue === undefined]);

  const goOn = (step: Step, words: string): void => {
    setSteps((all) => [...all, step]);
    setQueue((all) => all?.slice(1));
    setShortening(false);
    setSaid(words);
  };
  const send = (it: Remark, body: Schemas["ReviewRemarkBody"]): Promise<Remark> =>
    api("patch", "/v1/remarks/{remark}", { path: { remark: it.id }, header: { "if-match": it.etag }, body });
  const decide = async (state: State): Promise<void> => {
    const after = await send(remark!, { state });
    goOn({ before: remark!, after }, state === "cleared" ? r.was.cleared : r.was.withheld);
  };
  const shorten = async (text: string): Promise<void> => {
    const after = await send(remark!, { state: "cleared", text });
    goOn({ before: remark!, after }, r.was.shortened);
  };
  const undo = async (): Promise<void> => {
    const last = steps.at(-1);
    if (!last) return setSaid(r.nothing_to_undo);
    const { before, after } = last;
    const back = before === after ? before : await send(after, { state: before.state });
    setSteps(steps.slice(0, -1));
    setQueue((all = []) => [back, ...all]);
    setShortening(false);
    setSaid(before.text === back.text ? r.was.undone : r.text_stays_short);
  };
  const acts = {
    c: () => once(() => decide("cleared")),
    w: () => once(() => decide("withheld")),
    e: async () => setShortening(true),
    s: () => once(async () => goOn({ before: remark!, after: remark! }, r.was.skipped)),
    u: () => once(undo),
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && shortening) {
      setShortening(false);
      return at.current?.focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting(event.target)) return;
    const key = letter(event);
    if (!(key in acts) || (!remark && key !== "u")) return;
    event.preventDefault();
    void acts[key as keyof typeof acts]();
  };

  const reviewed = steps.filter(({ before, after }) => before !== after).length;
  const button = (key: keyof typeof acts, words: string, kind: string): JSX.Element => (
    <button type="button" class={kind} aria-keyshortcuts={key} onClick={() => void acts[key]()}>
      {words} <kbd>{key.toUpperCase()}</kbd>
    </button>
  );
  return (
    <section class="queue" aria-label={r.at_hand} onKeyDown={press}>
      <Fault error={error} />
      {!!error && (
        <p>
          <button type="button" class="second" onClick={restart}>
            {r.from_the_beginning}
          </button>
        </p>
      )}
      {!remark && (!queue || next) && !error && <Loading />}
      {remark && (
        <article key={remark.id + remark.etag} ref={at} tabIndex={-1} aria-label={r.at_hand}>
          <Marked remark={remark} />
          {shortening ? (
            <Shorten remark={remark} send={shorten} cancel={() => setShortening(false)} />
          ) : (
            <div class="actions">
              {button("c", r.clear, "")}
              {button("w", r.withhold, "danger")}
              {button("e", r.shorten, "second")}
              {button("s", r.skip, "second")}
              {steps.length > 0 && button("u", r.undo, "second")}
            </div>
          )}
        </article>
      )}
      <p class="told" role="status">
        {said}
      </p>
      {queue?.length === 0 &&
        !next &&
        (steps.length > 0 ? (
          <div class="empty">
            <h2 ref={at as never} tabIndex={-1}>
              {r.done}
            </h2>
            <p>
              {r.done_about(reviewed)} {steps.length > reviewed && r.skipped(steps.length - reviewed)}
            </p>
            <div class="actions">
              <button type="button" onClick={restart}>
                {r.from_the_beginning}
              </button>
              {button("u", r.undo, "second")}
            </div>
          </div>
        ) : (
          <Empty>{state === "pending" ? r.none : r.none_like_this}</Empty>
        ))}
      {remark && <Legend />}
    </section>
  );
}

function Marked({ remark }: { remark: Remark }): JSX.Element {
  const r = w.remarks;
  // Places are counted in code points.
  const text = Array.from(remark.text);
  const pieces: (string | JSX.Element)[] = [];
  let done = 0;
  for (const { start, end, reason } of remark.marks) {
    if (start < done) continue;
    pieces.push(
      text.slice(done, start).join(""),
      <mark key={start}>
        {text.slice(start, end).join("")}
        <small lang={document.documentElement.lang}> {r.reasons[reason] ?? reason}</small>
      </mark>,
    );
    done = end;
  }
  pieces.push(text.slice(done).join(""));
  return (
    <>
      <blockquote lang={remark.language}>{pieces}</blockquote>
      {remark.marks.length === 0 && <p class="hint">{r.no_marks}</p>}
      <dl>
        <dt>{r.state}</dt>
        <dd>{r.states[remark.state]}</dd>
        <dt>{r.doubt}</dt>
        <dd>{number(remark.doubt)}</dd>
        <dt>{r.question}</dt>
        <dd>
          <code>{remark.question}</code> ({remark.campaign})
        </dd>
        <dt>{r.language}</dt>
        <dd>{remark.language}</dd>
      </dl>
    </>
  );
}

/** The text without what is marked. */
export function withoutMarks({ text, marks }: Pick<Remark, "text" | "marks">): string {
  const all = Array.from(text);
  for (const { start, end } of [...marks].reverse()) all.splice(start, end - start, "[…]");
  return all.join("");
}

function Shorten({ remark, send, cancel }: { remark: Remark; send: (text: string) => Promise<void>; cancel: () => void }): JSX.Element {
  const r = w.remarks;
  const [text, setText] = useState(withoutMarks(remark));
  useEffect(() => document.getElementById("field/text")?.focus(), []);
  return (
    <Form
      label={r.shorten}
      button={r.shorten_for_good}
      submit={() => send(text)}
      after={
        <button type="button" class="second" onClick={cancel}>
          {w.cancel}
        </button>
      }
    >
      <Area label={r.text} pointer="/text" hint={r.text_about} value={text} set={setText} lang={remark.language} />
    </Form>
  );
}

function Legend(): JSX.Element {
  const r = w.remarks;
  const keys = [
    ["C", r.clear, r.clear_about],
    ["W", r.withhold, r.withhold_about],
    ["E", r.shorten, r.shorten_about],
    ["S", r.skip, r.skip_about],
    ["U", r.undo, r.undo_about],
  ];
  return (
    <section class="legend">
      <h2>{r.keys}</h2>
      <p>{r.keys_about}</p>
      <dl>
        {keys.map(([key, words, about]) => (
          <>
            <dt>
              <kbd>{key}</kbd> {words}
            </dt>
            <dd>{about}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
