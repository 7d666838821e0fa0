// Calls to a server. The types are those of its document.

import type { components, paths } from "./generated/api.js";

type Schemas = components["schemas"];
export type Campaign = Schemas["CampaignView"];
export type FormVersion = Schemas["FormVersionView"];
export type NewResponse = Schemas["CreateResponseBody"];
/** What a server says when it has stored a response. */
export type Receipted = Schemas["ResponseView"];
export type OwnResponse = Schemas["OwnResponseView"];
export type Problem = Schemas["Problem"];

/** A server, and how it is asked. */
export interface Server {
  readonly address: string;
  readonly fetch: typeof fetch;
  /** After so many milliseconds without an answer, a call has failed. */
  readonly timeout: number;
  /** How often a call is made that fails for a moment. */
  readonly attempts: number;
}

/** What lets a response in, by the campaign's `access` and `proof_of_work`. */
export interface Credentials {
  invitation?: string | undefined;
  pass?: string | undefined;
  proof?: string | undefined;
  replaces?: string | undefined;
}

interface Cancel {
  signal?: AbortSignal | undefined;
}

/** A refusal or a failure that the server explains. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  /** For programs; empty where what answered is not a server of Aftercare. */
  readonly code: string;

  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** Seconds. */
    readonly retryAfter?: number | undefined,
  ) {
    super(problem.detail || problem.title || `status ${status}`);
    this.code = problem.code ?? "";
  }
}

/** There was no answer: no network, or a time-out. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

const TEMPORARY = [408, 429, 500, 502, 503, 504];
/** The longest wait within a call. Whoever wants to wait longer has an outbox. */
const LONGEST = 30_000;

/** Whether the very same request may be answered otherwise later. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof NetworkError || (error instanceof ProblemError && TEMPORARY.includes(error.status));

/** A server at an address, such as `https://survey.example.org`. */
export const connect = (address: string, options: Partial<Omit<Server, "address">> = {}): Server => ({
  fetch: (input, init) => globalThis.fetch(input, init),
  timeout: 20_000,
  attempts: 3,
  ...options,
  address: address.replace(/\/+$/, ""),
});

/** What goes into a request beside its method and path. */
export interface RequestParts extends Cancel {
  path?: Record<string, unknown> | undefined;
  query?: Record<string, unknown> | undefined;
  header?: Record<string, unknown> | undefined;
  /** Bytes, or what becomes JSON. */
  body?: unknown;
}

/** Milliseconds before the next attempt: 1 s, 2 s, 4 s …, with some chance in it, and at least what the server asks for. */
export function pause(failed: number, error?: unknown): number {
  const asked = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.max(asked, 1000 * 2 ** Math.min(failed, 8) * (0.75 + Math.random() / 2));
}

/** Sleeps, unless it is called off. */
export function sleep(milliseconds: number, signal?: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason ?? new DOMException("aborted", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Makes a request and gives its answer, which is a good one: everything else is thrown. */
export async function request(server: Server, method: string, path: string, parts: RequestParts = {}): Promise<Response> {
  const header = new Headers({ accept: "application/json" });
  for (const [name, value] of Object.entries(parts.header ?? {})) if (value != null) header.set(name, String(value));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts.path?.[name])));
  const query = Object.entries(parts.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((it) => it != null).map((it) => [name, String(it)]),
  );
  const address = server.address + filled + (query.length ? `?${new URLSearchParams(query)}` : "");
  const bytes = parts.body instanceof Uint8Array;
  if (parts.body !== undefined && !header.has("content-type")) header.set("content-type", "application/json");
  const init: RequestInit = {
    method: method.toUpperCase(),
    headers: header,
    // Nothing that two requests would have in common.
    credentials: "omit",
    referrerPolicy: "no-referrer",
    ...(parts.body === undefined ? {} : { body: bytes ? (parts.body as Uint8Array<ArrayBuffer>) : JSON.stringify(parts.body) }),
  };
  // What a request that creates something would do twice, a receipt or an invitation makes happen once.
  const repeatable = init.method !== "POST" || header.has("receipt") || header.has("invitation");
  for (let failed = 0; ; failed++) {
    try {
      return await once(server, address, init, parts.signal);
    } catch (error) {
      const wait = pause(failed, error);
      if (!repeatable || !isTemporary(error) || failed + 1 >= server.attempts || wait > LONGEST) throw error;
      await sleep(wait, parts.signal);
    }
  }
}

async function once(server: Server, address: string, init: RequestInit, signal?: AbortSignal | undefined): Promise<Response> {
  const own = new AbortController();
  const stop = (): void => own.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const timer = setTimeout(() => own.abort(), server.timeout);
  let response: Response;
  let body: ArrayBuffer;
  try {
    response = await server.fetch(address, { ...init, signal: own.signal });
    // An answer that breaks off is none.
    body = await response.arrayBuffer();
  } catch (error) {
    if (signal?.aborted) throw signal.reason ?? error;
    throw new NetworkError(own.signal.aborted ? "no answer in time" : String(error), { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
  if (response.ok || response.status === 304) {
    const { status, statusText, headers } = response;
    return new Response(status === 204 || status === 304 ? null : body, { status, statusText, headers });
  }
  const after = response.headers.get("retry-after");
  const seconds = after === null ? undefined : /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000;
  throw new ProblemError(response.status, problemOf(response, body), seconds);
}

function problemOf(response: Response, body: ArrayBuffer): Problem {
  try {
    const problem: unknown = JSON.parse(new TextDecoder().decode(body));
    if (problem && typeof problem === "object") return problem as Problem;
  } catch {
    // Some proxy answered with a page of its own.
  }
  return { title: response.statusText, status: response.status } as Problem;
}

type Method = "get" | "put" | "post" | "delete" | "patch";
type WithMethod<M extends Method> = { [P in keyof paths]: paths[P] extends { [method in M]: object } ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [method in M]: infer O } ? O : never;
type Parameters<O, In extends string> = O extends { parameters: { [place in In]?: infer Found } } ? Found : never;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer Found } } } ? Found : unknown;
type Good<O> = O extends { responses: infer R } ? R[Extract<keyof R, 200 | 201 | 202>] : never;
/** What an operation answers with: nothing, or what its JSON says. */
export type Answered<O> = [Good<O>] extends [never]
  ? undefined
  : Good<O> extends { content: { "application/json": infer Found } }
    ? Found
    : Response;
interface Parts<O> extends Cancel {
  path?: Parameters<O, "path">;
  query?: Parameters<O, "query">;
  header?: Parameters<O, "header"> | Record<string, string>;
  body?: Body<O> | Uint8Array;
}

/** Calls any operation of the document. What is no JSON, such as an export, comes as a `Response`. */
export async function call<M extends Method, P extends WithMethod<M>>(
  server: Server,
  method: M,
  path: P,
  parts: Parts<Operation<P, M>> = {},
): Promise<Answered<Operation<P, M>>> {
  const response = await request(server, method, path, parts as RequestParts);
  if (response.status === 204) return undefined as Answered<Operation<P, M>>;
  const isJson = /^application\/json\b/.test(response.headers.get("content-type") ?? "");
  return (isJson ? await response.json() : response) as Answered<Operation<P, M>>;
}

const RESPONSES = "/v1/campaigns/{campaign}/responses";
const OWN = "/v1/campaigns/{campaign}/responses/own";

/** A campaign: whether it takes responses, and what they need. */
export const getCampaign = (server: Server, campaign: string, options: Cancel = {}): Promise<Campaign> =>
  call(server, "get", "/v1/campaigns/{campaign}", { path: { campaign }, ...options });

/** The newest version of a form, or the one that is asked for; in one of its languages, or in all of them. */
export const getForm = (
  server: Server,
  form: string,
  { version, language, ...options }: Cancel & { version?: number | null | undefined; language?: string | undefined } = {},
): Promise<FormVersion> => {
  const query = language === undefined ? {} : { language };
  return version == null
    ? call(server, "get", "/v1/forms/{form}", { path: { form }, query, ...options })
    : call(server, "get", "/v1/forms/{form}/versions/{version}", { path: { form, version }, query, ...options });
};

/** Sends a response. The same receipt with the same answers is stored once, however often it is sent. */
export const sendResponse = (
  server: Server,
  campaign: string,
  receipt: string,
  body: NewResponse,
  credentials: Credentials = {},
  options: Cancel = {},
): Promise<Receipted> => {
  const { invitation, pass, proof, replaces } = credentials;
  const header = {
    Receipt: receipt,
    Invitation: invitation,
    Authorization: pass && `PrivateToken token="${pass}"`,
    "Proof-Of-Work": proof,
    Replaces: replaces,
  } as Record<string, string>;
  return call(server, "post", RESPONSES, { path: { campaign }, header, body, ...options });
};

/** Puts other answers in the place of those that were sent, as long as they wait to be released. */
export const correctResponse = (
  server: Server,
  campaign: string,
  receipt: string,
  body: NewResponse,
  options: Cancel = {},
): Promise<Receipted> => call(server, "put", OWN, { path: { campaign }, header: { Receipt: receipt }, body, ...options });

/** The response that a receipt leads to. */
export const ownResponse = (server: Server, campaign: string, receipt: string, options: Cancel = {}): Promise<OwnResponse> =>
  call(server, "get", OWN, { path: { campaign }, header: { Receipt: receipt }, ...options });

/** Takes a response back, for good. */
export const withdrawResponse = async (server: Server, campaign: string, receipt: string, options: Cancel = {}): Promise<void> => {
  await call(server, "delete", OWN, { path: { campaign }, header: { Receipt: receipt }, ...options });
};

/** Sends a request for a pass, and gives what the server signed. */
export const requestPass = async (
  server: Server,
  campaign: string,
  invitation: string,
  body: Uint8Array,
  options: Cancel = {},
): Promise<Uint8Array> => {
  const header = {
    Invitation: invitation,
    "content-type": "application/private-token-request",
    accept: "application/private-token-response",
  };
  const path = "/v1/campaigns/{campaign}/passes";
  const response = await request(server, "post", path, { path: { campaign }, header, body, ...options });
  return new Uint8Array(await response.arrayBuffer());
};
