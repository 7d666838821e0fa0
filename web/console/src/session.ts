// Who is logged in. The access token is in memory only; the refresh token is in a cookie that no script can read.

import { call, connect, NetworkError, ProblemError, request, type Answered, type Problem, type RequestParts } from "../../client/src/api.js";
import type { components, paths as Paths } from "../../client/src/generated/api.js";

export type Schemas = components["schemas"];
export type Role = Schemas["Role"];
export type Account = Schemas["StaffView"];

/** The server asked once: whoever waits for it can try again. Files may take long. */
const server = connect(location.origin, {
  attempts: 1,
  timeout: 300_000,
  // What was just published is to be seen at once: the copy that browsers may keep is asked for again.
  fetch: (input, init) => fetch(input, { cache: "no-cache", ...init }),
});

let token = "";
let expires = 0;
let ended: () => void = () => {};

/** What is done when the session has ended by itself. */
export const whenEnded = (act: () => void): void => void (ended = act);

async function own(method: string, path: string, body?: object): Promise<boolean> {
  let reply: Response;
  try {
    reply = await fetch(path, {
      method,
      cache: "no-store",
      ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
    });
  } catch (error) {
    throw new NetworkError(String(error));
  }
  const said = reply.status === 204 ? undefined : await reply.json().catch(() => undefined);
  if (!reply.ok) throw new ProblemError(reply.status, (said ?? { title: reply.statusText }) as Problem);
  if (!said) return false;
  token = said.access_token;
  expires = Date.now() + said.expires_in * 1000;
  return true;
}

let renewing: Promise<boolean> | undefined;

/** Gets the next access token; false where nobody is logged in. Tabs share the cookie, so one of them asks at a time. */
export function renew(): Promise<boolean> {
  const ask = (): Promise<boolean> => own("POST", "/console/session/refresh");
  const locked = async (): Promise<boolean> => (navigator.locks ? await navigator.locks.request("aftercare-console", ask) : await ask());
  const isOver = (error: unknown): boolean => {
    if (error instanceof ProblemError && error.status === 401) return false;
    throw error;
  };
  renewing ??= locked()
    .catch(isOver)
    .finally(() => (renewing = undefined));
  return renewing;
}

/** The ways to log in that the server has. */
export interface Ways {
  password: boolean;
  /** The provider: what people call it, and the address at which the browser begins. */
  provider: { name: string; start: string } | null;
}

export async function waysToLogIn(): Promise<Ways> {
  try {
    const reply = await fetch("/console/log-in", { cache: "no-store" });
    if (reply.ok) return (await reply.json()) as Ways;
    throw new ProblemError(reply.status, { title: reply.statusText } as Problem);
  } catch (error) {
    throw error instanceof ProblemError ? error : new NetworkError(String(error));
  }
}

export const logIn = (email: string, password: string): Promise<boolean> => own("POST", "/console/session", { email, password });

export async function logOut(): Promise<void> {
  token = "";
  expires = 0;
  await own("DELETE", "/console/session");
}

/** The header that opens `/v1`, with a token that is good for half a minute at least. */
async function authorized<T>(act: (header: Record<string, string>) => Promise<T>): Promise<T> {
  if (Date.now() > expires - 30_000 && !(await renew())) {
    ended();
    throw new SessionEnded();
  }
  try {
    return await act({ authorization: `Bearer ${token}` });
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 401)) throw error;
    // Somebody ended the session, or disabled the account.
    if (error.code === "token_expired" && (await renew())) return await act({ authorization: `Bearer ${token}` });
    ended();
    throw new SessionEnded();
  }
}

/** The log-in page is shown by then. */
export class SessionEnded extends Error {}

/** Calls an operation of the document in the name of who is logged in. */
export const api = ((method: never, path: never, parts: RequestParts = {}) =>
  authorized((header) => call(server, method, path, { ...parts, header: { ...parts.header, ...header } } as never))) as unknown as Api;

type Method = "get" | "put" | "post" | "delete" | "patch";
type Having<M extends Method> = { [P in keyof Paths]: Paths[P] extends { [method in M]: object } ? P : never }[keyof Paths];
type Operation<P extends keyof Paths, M extends Method> = Paths[P] extends { [method in M]: infer O } ? O : never;
type In<O, Place extends string> = O extends { parameters: { [place in Place]?: infer Found } } ? Found : never;
type Loose<T> = { [K in keyof T]: T[K] | undefined };
type Sent<O> = O extends { requestBody?: { content: { "application/json": infer Found } } } ? Found : unknown;
interface Api {
  <M extends Method, P extends Having<M>>(
    method: M,
    path: P,
    parts?: { path?: In<Operation<P, M>, "path">; query?: Loose<In<Operation<P, M>, "query">>; header?: Record<string, string>; body?: Sent<Operation<P, M>> },
  ): Promise<Answered<Operation<P, M>>>;
}

/** The same, with the whole reply: files, and headers such as `ETag`. */
export const ask = (method: Method, path: keyof Paths, parts: RequestParts = {}): Promise<Response> =>
  authorized((header) => request(server, method, path, { ...parts, header: { ...parts.header, ...header } }));

/** A file as it comes, for what is long. */
export const stream = (address: string, signal: AbortSignal): Promise<Response> =>
  authorized(async (header) => {
    let reply: Response;
    try {
      reply = await fetch(address, { headers: { ...header, accept: "*/*" }, credentials: "omit", signal });
    } catch (error) {
      throw signal.aborted ? error : new NetworkError(String(error));
    }
    if (!reply.ok) throw new ProblemError(reply.status, (await reply.json().catch(() => ({ title: reply.statusText }))) as Problem);
    return reply;
  });

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
