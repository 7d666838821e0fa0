// What the views are made of.

import { createContext, type ComponentChildren, type JSX } from "preact";
import { useCallback, useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { ProblemError } from "../../client/src/api.js";
import { moved } from "./router.js";
import { SessionEnded, type Page, type Schemas } from "./session.js";
import { w } from "./words.js";

type Children = { children?: ComponentChildren };

let tell: (words: string) => void = () => {};

/** Says something that was done: on the screen, and by a screen reader. */
export const say = (words: string): void => tell(words);

export function Said(): JSX.Element {
  const [words, set] = useState("");
  tell = set;
  useEffect(() => {
    if (!words) return;
    const timer = setTimeout(() => set(""), 15_000);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div class="said" role="status" aria-live="polite">
      {words && <p>{words}</p>}
    </div>
  );
}

/** The heading of a view. It takes the focus when somebody comes to the view. */
export function Heading({ title, children }: Children & { title: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (moved) heading.current?.focus();
  }, []);
  useEffect(() => {
    document.title = `${title} · Aftercare`;
  }, [title]);
  return (
    <header class="heading">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}

/** What is there when nothing is: it says what to do first. */
export const Empty = ({ children }: Children): JSX.Element => <div class="empty">{children}</div>;

export const Loading = (): JSX.Element => (
  <p class="loading" aria-busy="true">
    {w.loading}
  </p>
);

const fieldId = (pointer: string): string => `field${pointer}`;

/** The field that a fault is about: a place in the body, or a parameter of the query. */
const placeOf = ({ pointer, parameter }: Schemas["FieldError"]): string | undefined => pointer ?? (parameter == null ? undefined : `?${parameter}`);

/** What went wrong, with what mends it and which fields it is about. */
export function Fault({ error }: { error: unknown }): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const [mend, setMend] = useState("");
  const problem = error instanceof ProblemError ? error.problem : undefined;
  useEffect(() => {
    box.current?.focus();
    setMend("");
    if (!problem?.code) return;
    const told = w.mends[problem.code];
    if (told) return setMend(told);
    // The server says how to mend each kind of problem.
    fetch(`/problems/${problem.code}`, { headers: { accept: "application/json" } })
      .then(async (reply) => reply.ok && setMend((await reply.json()).mend ?? ""))
      .catch(() => {});
  }, [error]);
  if (!error || error instanceof SessionEnded) return null;
  const title = problem ? (w.problems[problem.code] ?? problem.title) : error instanceof Error && error.name === "NetworkError" ? w.no_network : String(error);
  const translated = !problem || problem.code in w.problems;
  return (
    <div class="fault" role="alert" tabIndex={-1} ref={box}>
      <p lang={translated ? undefined : "en"}>
        <strong>{title}</strong>
      </p>
      {problem?.detail && <p lang="en">{problem.detail}</p>}
      {mend && <p lang={problem && problem.code in w.mends ? undefined : "en"}>{mend}</p>}
      {problem?.errors && <FieldFaults errors={problem.errors} />}
    </div>
  );
}

function FieldFaults({ errors }: { errors: Schemas["FieldError"][] }): JSX.Element {
  const focus = (pointer: string) => (event: Event) => {
    event.preventDefault();
    document.getElementById(fieldId(pointer))?.focus();
  };
  return (
    <ul>
      {errors.map((it) => {
        const place = placeOf(it) ?? "";
        const known = document.getElementById(fieldId(place));
        return (
          <li key={place + it.code}>
            {known ? (
              <a href={`#${fieldId(place)}`} onClick={focus(place)}>
                {known.dataset["label"] ?? place}
              </a>
            ) : (
              <code>{place}</code>
            )}
            : <span lang="en">{it.detail}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** The faults of the form around a field, by pointer. */
const Faults = createContext<Map<string, string>>(new Map());

interface FormProps extends Children {
  label: string;
  submit: () => Promise<unknown>;
  button: string;
  class?: string;
  after?: ComponentChildren;
}

/** A form that is sent by a call. What the server refuses is shown above it and at its fields. */
export function Form({ label, submit, button, children, class: kind, after }: FormProps): JSX.Element {
  const { busy, error, run } = useAction(submit);
  const errors = error instanceof ProblemError ? (error.problem.errors ?? []) : [];
  const faults = new Map(errors.flatMap((it) => {
    const place = placeOf(it);
    return place === undefined ? [] : [[place, it.detail] as const];
  }));
  const send = (event: Event): void => {
    event.preventDefault();
    void run();
  };
  return (
    <form aria-label={label} class={kind} onSubmit={send} noValidate>
      <Fault error={error} />
      <Faults.Provider value={faults}>{children}</Faults.Provider>
      <div class="actions">
        <button type="submit" disabled={busy}>
          {busy ? w.busy : button}
        </button>
        {after}
      </div>
    </form>
  );
}

interface FieldProps {
  label: string;
  pointer: string;
  hint?: ComponentChildren;
}

function Described({ pointer, label, hint, children }: FieldProps & { children: (field: Record<string, unknown>) => JSX.Element }): JSX.Element {
  const faults = useContext(Faults);
  const id = fieldId(pointer);
  // A fault within a field that has no field of its own is shown at this one.
  const fault = faults.get(pointer) ?? [...faults].find(([place]) => place.startsWith(`${pointer}/`) && !document.getElementById(fieldId(place)))?.[1];
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  const field = { id, "data-label": label, "aria-describedby": described, "aria-invalid": fault ? true : undefined };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {children(field)}
      {fault && (
        <p class="wrong" id={`${id}-fault`} lang="en">
          {fault}
        </p>
      )}
    </div>
  );
}

type InputProps = FieldProps & { value: string; set: (value: string) => void } & Omit<JSX.IntrinsicElements["input"], "label" | "value" | "size">;

export const Field = ({ label, pointer, hint, value, set, ...rest }: InputProps): JSX.Element => (
  <Described label={label} pointer={pointer} hint={hint}>
    {(field) => <input type="text" {...(rest as object)} {...field} value={value} onInput={(event) => set(event.currentTarget.value)} />}
  </Described>
);

export const Area = ({ label, pointer, hint, value, set, ...rest }: FieldProps & { value: string; set: (value: string) => void; rows?: number; lang?: string | undefined }): JSX.Element => (
  <Described label={label} pointer={pointer} hint={hint}>
    {(field) => <textarea rows={4} {...rest} {...field} value={value} onInput={(event) => set(event.currentTarget.value)} />}
  </Described>
);

type Option = readonly [value: string, words: string];

export const Select = ({ label, pointer, hint, value, set, options }: FieldProps & { value: string; set: (value: string) => void; options: readonly Option[] }): JSX.Element => (
  <Described label={label} pointer={pointer} hint={hint}>
    {(field) => (
      <select {...field} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([code, words]) => (
          <option key={code} value={code} selected={code === value}>
            {words}
          </option>
        ))}
      </select>
    )}
  </Described>
);

export function Check({ label, checked, set, hint }: { label: ComponentChildren; checked: boolean; set: (checked: boolean) => void; hint?: ComponentChildren }): JSX.Element {
  const id = useId();
  return (
    <div class="check">
      <input type="checkbox" id={id} checked={checked} onChange={(event) => set(event.currentTarget.checked)} aria-describedby={hint ? `${id}-hint` : undefined} />
      <label for={id}>{label}</label>
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}

export function Radios({ legend, value, set, options }: { legend: string; value: string; set: (value: string) => void; options: readonly (readonly [string, string, ComponentChildren?])[] }): JSX.Element {
  const id = useId();
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map(([code, words, hint]) => (
        <div class="check" key={code}>
          <input type="radio" name={id} id={`${id}${code}`} checked={code === value} onChange={() => set(code)} aria-describedby={hint ? `${id}${code}-hint` : undefined} />
          <label for={`${id}${code}`}>{words}</label>
          {hint && (
            <div class="hint" id={`${id}${code}-hint`}>
              {hint}
            </div>
          )}
        </div>
      ))}
    </fieldset>
  );
}

interface SeveralProps {
  label: string;
  pointer: string;
  /** What it says while nothing is chosen. */
  none: string;
  chosen: string[];
  set: (chosen: string[]) => void;
  options: readonly Option[];
}

/** Any of these. It is closed until somebody wants to choose. */
export function Several({ label, pointer, none, chosen, set, options }: SeveralProps): JSX.Element {
  return (
    <details>
      <summary id={fieldId(pointer)} data-label={label}>
        {label}: {chosen.length === 0 ? none : w.n_chosen(chosen.length)}
      </summary>
      <fieldset class="several">
        <legend>{label}</legend>
        {options.map(([code, words]) => (
          <Check key={code} label={words} checked={chosen.includes(code)} set={(checked) => set(checked ? [...chosen, code] : chosen.filter((it) => it !== code))} />
        ))}
      </fieldset>
    </details>
  );
}

/** Something that takes a moment and may fail. */
export function useAction(act: () => Promise<unknown>): { busy: boolean; error: unknown; run: () => Promise<boolean> } {
  const [state, set] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const run = async (): Promise<boolean> => {
    if (state.busy) return false;
    set({ busy: true, error: undefined });
    try {
      await act();
      set({ busy: false, error: undefined });
      return true;
    } catch (error) {
      set({ busy: false, error });
      return false;
    }
  };
  return { ...state, run };
}

/** A button that does something at once. */
export function Act({ act, children, class: kind }: Children & { act: () => Promise<unknown>; class?: string }): JSX.Element {
  const { busy, error, run } = useAction(act);
  return (
    <>
      <button type="button" class={kind} disabled={busy} onClick={() => void run()}>
        {busy ? w.busy : children}
      </button>
      <Fault error={error} />
    </>
  );
}

interface ConfirmProps extends Children {
  /** The words of the button that opens it, and of the one that does it. */
  button: string;
  title: string;
  act: () => Promise<unknown>;
  name?: string;
  danger?: boolean;
}

/** A button that asks before it does what cannot be undone. */
export function Confirm({ button, title, act, children, name, danger = true }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const close = (): void => dialog.current?.close();
  return (
    <>
      <button type="button" class={danger ? "danger" : "second"} aria-label={name && `${button}: ${name}`} onClick={() => dialog.current?.showModal()}>
        {button}
      </button>
      <dialog ref={dialog} aria-labelledby={id}>
        <h2 id={id}>{title}</h2>
        <Form
          label={title}
          button={button}
          submit={async () => {
            await act();
            close();
          }}
          after={
            <button type="button" class="second" onClick={close}>
              {w.cancel}
            </button>
          }
        >
          {children}
        </Form>
      </dialog>
    </>
  );
}

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  reload: () => Promise<void>;
  put: (data: T) => void;
}

/** Gets something when a view opens, and again when what it depends on is another. */
export function useLoad<T>(get: () => Promise<T>, by: unknown[] = []): Loaded<T> {
  const [state, set] = useState<{ data: T | undefined; error: unknown }>({ data: undefined, error: undefined });
  const latest = useRef(0);
  const reload = useCallback(async () => {
    const turn = ++latest.current;
    try {
      const data = await get();
      if (turn === latest.current) set({ data, error: undefined });
    } catch (error) {
      if (turn === latest.current) set({ data: undefined, error });
    }
  }, by);
  useEffect(() => {
    set({ data: undefined, error: undefined });
    void reload();
    return () => void latest.current++;
  }, by);
  return { ...state, reload, put: (data) => set({ data, error: undefined }) };
}

/** Gets a list page by page. */
export function usePages<T>(get: (cursor?: string) => Promise<Page<T>>, by: unknown[] = []): Loaded<T[]> & { more: (() => Promise<void>) | undefined } {
  const [next, setNext] = useState<string | null>(null);
  const first = useLoad(async () => {
    const page = await get();
    setNext(page.next_cursor);
    return page.items;
  }, by);
  const more = async (): Promise<void> => {
    const page = await get(next!);
    setNext(page.next_cursor);
    first.put([...(first.data ?? []), ...page.items]);
  };
  return { ...first, more: next ? more : undefined };
}

/** What was got, or how it is with it. */
export function Of<T>({ it, children }: { it: Loaded<T>; children: (data: T) => ComponentChildren }): JSX.Element {
  if (it.error) {
    return (
      <>
        <Fault error={it.error} />
        <p>
          <Act act={it.reload} class="second">
            {w.again}
          </Act>
        </p>
      </>
    );
  }
  return it.data === undefined ? <Loading /> : <>{children(it.data)}</>;
}

export const More = ({ more }: { more: (() => Promise<void>) | undefined }): JSX.Element | null =>
  more ? (
    <p>
      <Act act={more} class="second">
        {w.more}
      </Act>
    </p>
  ) : null;

/** A table that can be scrolled by keyboard where it is wider than the screen; `of` tells it from others with its caption. */
export function Table({ caption, of, head, children }: Children & { caption: string; of?: string | undefined; head: ComponentChildren[] }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={of ? `${of}: ${caption}` : caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((it, place) => (
              <th scope="col" key={place}>
                {it}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Saves what the server sent as a file. */
export function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
