// The outbox: drafts, and responses that wait for a connection. Everything is on the device, encrypted. Nothing is lost while
// it is queued, and nothing is stored twice: a response keeps the receipt that it began with, whatever happens.

import { NetworkError, ProblemError, correctResponse, getCampaign, isTemporary, pause, sendResponse } from "./api.js";
import type { Credentials, Problem, Receipted, Server } from "./api.js";
import { random, toBase64url } from "./bytes.js";
import type { Answers } from "./definition.js";
import type { PassRequest } from "./pass.js";
import { newReceipt } from "./receipt.js";
import * as storage from "./storage.js";
import type { Sheet } from "./storage.js";
import { forgetTab, lockedBy, ofTab, seal, unlocked, unseal } from "./vault.js";
import type { KeyChoice, Vault } from "./vault.js";
import type { prove } from "./work.js";

export { WrongPin } from "./vault.js";
export type { KeyChoice } from "./vault.js";

/** What becomes of an entry: it is filled in, waits, was stored, was stored and withdrawn, or was refused for good. */
export type EntryState = "draft" | "queued" | "sent" | "withdrawn" | "refused";

/** A response on its way. */
export interface Entry {
  readonly id: string;
  readonly campaign: string;
  readonly form: string;
  version: number;
  language: string;
  readonly receipt: string;
  /** It takes the place of the response with this receipt, which was sent before. */
  readonly correction: boolean;
  /** Erased when they are stored. */
  answers: Answers;
  credentials: Credentials;
  /** A pass that was begun. While it is there, the invitation among the credentials is for it, and is not sent. */
  passRequest?: PassRequest | undefined;
  /** Anything that the client wants to find again, such as the section where the person was. Erased like the answers. */
  note?: unknown;
  readonly state: EntryState;
  /** Counts the writings. */
  readonly revision: number;
  /** How often sending failed since it was queued. */
  readonly tries: number;
  /** When it is tried next, in milliseconds since 1970. */
  readonly due: number;
  /** Whether it failed for want of a network, whose return is a reason to try before it is due. */
  readonly offline?: boolean | undefined;
  /** What the server said when it had stored it. */
  readonly reply?: Receipted | undefined;
  /** Why it was refused. */
  readonly problem?: Problem | undefined;
}

export type NewEntry = Pick<Entry, "campaign" | "form" | "version" | "language"> &
  Partial<Pick<Entry, "receipt" | "correction" | "answers" | "credentials" | "passRequest" | "note">>;

export interface OutboxOptions {
  server: Server;
  key: KeyChoice;
  /** Of the database. */
  name?: string | undefined;
  /** From `work`: where campaigns ask for proof of work. */
  prove?: typeof prove | undefined;
  /** Whether what the server said is kept with the receipt, which may be asked for again. It is unless this is `false`. */
  summaries?: boolean | undefined;
}

export interface Outbox {
  /** A new draft, with a receipt of its own unless it corrects a response. */
  begin(entry: NewEntry): Promise<Entry>;
  /** Writes a draft; [`Overtaken`] where it was written elsewhere in the meantime. */
  save(entry: Entry): Promise<Entry>;
  get(id: string): Promise<Entry | undefined>;
  /** All that this key opens. */
  list(): Promise<Entry[]>;
  /** Gives a draft away to be sent: the one that is there, or this one as it is here; [`Overtaken`] as in `save`. */
  queue(draft: string | Entry): Promise<Entry>;
  /** Makes a draft again of what was refused, with the same receipt. */
  reopen(id: string): Promise<Entry>;
  /** Tries what is due, and says what came of it. Several at once, also in several tabs, do no harm. */
  send(): Promise<Entry[]>;
  /** Sends by itself, now, whenever something is queued or due, and when there is a network again; returns what ends that. */
  start(): () => void;
  remove(id: string): Promise<void>;
  /** Tells of changes, here and in other tabs; returns what ends that. */
  onChange(listener: (id: string) => void): () => void;
  close(): void;
}

/** Somebody else, such as another tab, wrote the entry in the meantime: read it again. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** What nobody needs any more once a response is stored. */
const ERASED = { answers: {}, note: undefined, credentials: {}, passRequest: undefined };
const QUEUED = { state: "queued", tries: 0, due: 0, problem: undefined } as const;
const NAME = "aftercare";
const DAY = 86_400_000;
/** After so many days nobody comes back to a tab, whose key is gone with it. */
const TAB_DAYS = 30;
/** The longest sleep between two looks at what is due. */
const LONGEST = 300_000;
const LISTENED = ["online", "pageshow"];

/** Whether something waits behind a PIN. */
export async function isLocked(name: string = NAME): Promise<boolean> {
  const database = await storage.open(name);
  try {
    const vault = await storage.lockedVault(database);
    return vault !== undefined && (await storage.sheets(database)).some((sheet) => sheet.vault === vault.id);
  } finally {
    database.close();
  }
}

/** Deletes all that is kept, in every tab, whatever the key. */
export async function forget(name: string = NAME): Promise<void> {
  forgetTab(name);
  await storage.erase(name);
}

/** Forgets the key of this tab, without which nobody opens what it encrypted. */
export const forgetKey = (name: string = NAME): void => forgetTab(name);

async function vaultOf(database: IDBDatabase, name: string, key: KeyChoice): Promise<Vault> {
  if ("tab" in key) return ofTab(name);
  const there = await storage.lockedVault(database);
  if (there) return unlocked(there, key.pin);
  const { vault, locked } = await lockedBy(key.pin);
  const kept = await storage.keepVault(database, locked);
  return kept.id === vault.id ? vault : unlocked(kept, key.pin);
}

/** Opens the outbox. A PIN that is new makes a new key; one that is wrong is a [`WrongPin`]. */
export async function openOutbox({ server, key, name = NAME, prove, summaries }: OutboxOptions): Promise<Outbox> {
  const database = await storage.open(name);
  let vault: Vault;
  try {
    vault = await vaultOf(database, name, key);
    await clearTabs(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const listeners = new Set<(id: string) => void>();
  const others = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(`aftercare:${name}`);
  const tell = (id: string): void => listeners.forEach((listener) => listener(id));
  if (others) others.onmessage = ({ data }) => tell(data as string);
  const changed = (id: string): void => {
    tell(id);
    others?.postMessage(id);
  };

  const opened = async (sheet: Sheet): Promise<Entry> => (await unseal(vault, sheet.id, sheet)) as Entry;
  const get = async (id: string): Promise<Entry | undefined> => {
    const sheet = await storage.sheet(database, id);
    return sheet?.vault === vault.id ? opened(sheet) : undefined;
  };
  const list = async (): Promise<Entry[]> => {
    const sheets = await storage.sheets(database);
    const found = await Promise.allSettled(sheets.filter((sheet) => sheet.vault === vault.id).map(opened));
    // One that is damaged must not keep the others from being sent.
    return found.flatMap((it) => (it.status === "fulfilled" ? it.value : []));
  };
  /** Writes an entry in the place of its last revision. */
  const write = async (entry: Entry): Promise<Entry> => {
    const next = { ...entry, revision: entry.revision + 1 };
    const sealed = await seal(vault, next.id, next);
    const day = Math.floor(Date.now() / DAY);
    const sheet = { id: next.id, vault: vault.id, revision: next.revision, day, ...sealed };
    if (!(await storage.replace(database, sheet))) throw new Overtaken("the entry was written elsewhere: read it again");
    changed(next.id);
    return next;
  };
  /** Changes the newest revision of an entry; nothing, where there is none any more or `change` gives none. */
  const update = async (id: string, change: (entry: Entry) => Entry | undefined): Promise<Entry | undefined> => {
    for (;;) {
      const entry = await get(id);
      const next = entry && change(entry);
      if (!next) return undefined;
      try {
        return await write(next);
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      }
    }
  };
  /** Writes a draft that nobody else wrote in the meantime. */
  const rewrite = async (entry: Entry): Promise<Entry> => {
    const there = await get(entry.id);
    if (there?.revision !== entry.revision || there.state !== "draft") {
      throw new Overtaken("the entry was written elsewhere: read it again");
    }
    return write(entry);
  };
  const turn = async (id: string, from: EntryState, to: Partial<Entry>): Promise<Entry> => {
    const turned = await update(id, (entry) => (entry.state === from ? { ...entry, ...to } : undefined));
    if (!turned) throw new Error(`there is no such entry that is ${from}`);
    return turned;
  };

  const later = (entry: Entry, error: unknown): Partial<Entry> => {
    const offline = error instanceof NetworkError;
    return { tries: entry.tries + 1, due: Date.now() + pause(entry.tries, error), offline };
  };
  /** What one attempt comes to: changes of the entry. */
  const attempt = async (entry: Entry, proved = false): Promise<Partial<Entry>> => {
    const { receipt, answers } = entry;
    // An invitation that a pass is got for must not come with the response.
    const { invitation, ...others } = entry.credentials;
    const credentials = entry.passRequest ? others : entry.credentials;
    const body = { form_version: entry.version, language: entry.language, answers };
    const once = { ...server, attempts: 1 };
    try {
      const reply = entry.correction
        ? await correctResponse(once, entry.campaign, receipt, body)
        : await sendResponse(once, entry.campaign, receipt, body, credentials);
      return { state: "sent", reply: summaries === false ? undefined : reply, ...ERASED };
    } catch (error) {
      if (isTemporary(error)) {
        return later(entry, error);
      }
      if (!(error instanceof ProblemError)) throw error;
      if (error.code === "response_withdrawn") return { state: "withdrawn", ...ERASED };
      if (error.code !== "proof_of_work_needed" || !prove || proved) return { state: "refused", problem: error.problem };
    }
    try {
      const asking = await getCampaign(once, entry.campaign);
      const proof = await prove(entry.campaign, receipt, asking.proof_of_work ?? 0);
      return await attempt({ ...entry, credentials: { ...credentials, proof } }, true);
    } catch (error) {
      if (!isTemporary(error)) throw error;
      return later(entry, error);
    }
  };
  const sendDue = async (): Promise<Entry[]> => {
    const due = (await list()).filter((entry) => entry.state === "queued" && entry.due <= Date.now());
    const sent: Entry[] = [];
    for (const entry of due) {
      const outcome = await attempt(entry);
      // What another tab found out in the meantime stands.
      const written = await update(entry.id, (now) => (now.state === "queued" ? { ...now, ...outcome } : undefined));
      if (written) sent.push(written);
    }
    return sent;
  };
  let sending: Promise<Entry[]> | undefined;
  const send = (): Promise<Entry[]> => {
    // One tab at a time, where the browser can say so; elsewhere the receipt sees to it that nothing is stored twice.
    const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
    const run = async (): Promise<Entry[]> =>
      locks
        ? await locks.request(`aftercare:${name}`, { ifAvailable: true }, async (lock) => (lock ? sendDue() : []))
        : await sendDue();
    sending ??= run().finally(() => (sending = undefined));
    return sending;
  };

  return {
    get,
    list,
    send,
    async begin(entry) {
      const draft: Entry = {
        correction: false,
        answers: {},
        credentials: {},
        ...entry,
        receipt: entry.receipt ?? newReceipt(),
        id: toBase64url(random(16)),
        state: "draft",
        revision: 0,
        tries: 0,
        due: 0,
      };
      return write(draft);
    },
    save: (entry) => rewrite({ ...entry, state: "draft" }),
    queue: (draft) =>
      typeof draft === "string" ? turn(draft, "draft", QUEUED) : rewrite({ ...draft, ...QUEUED }),
    reopen: (id) => turn(id, "refused", { state: "draft", problem: undefined }),
    start() {
      let [timer, stopped]: [ReturnType<typeof setTimeout> | undefined, boolean] = [undefined, false];
      const run = async (): Promise<void> => {
        clearTimeout(timer);
        await send().catch(() => []);
        const waiting = (await list().catch(() => [])).filter((entry) => entry.state === "queued");
        if (stopped || waiting.length === 0) return;
        const next = Math.min(...waiting.map((entry) => entry.due)) - Date.now();
        clearTimeout(timer);
        timer = setTimeout(run, Math.max(1000, Math.min(next, LONGEST)));
      };
      const online = async (): Promise<void> => {
        for (const { id } of await list().catch(() => [])) {
          await update(id, (now) => (now.state === "queued" && now.offline ? { ...now, due: 0, offline: false } : undefined));
        }
        await run();
      };
      const changed = async (id: string): Promise<void> => {
        const entry = await get(id).catch(() => undefined);
        if (entry?.state === "queued" && entry.due === 0) await run();
      };
      listeners.add(changed);
      for (const event of LISTENED) globalThis.addEventListener?.(event, online);
      void run();
      return () => {
        stopped = true;
        clearTimeout(timer);
        listeners.delete(changed);
        for (const event of LISTENED) globalThis.removeEventListener?.(event, online);
      };
    },
    async remove(id) {
      await storage.remove(database, [id]);
      changed(id);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      others?.close();
      database.close();
    },
  };
}

/** Deletes what tabs left behind whose key is gone. */
async function clearTabs(database: IDBDatabase): Promise<void> {
  const locked = await storage.lockedVault(database);
  const oldest = Math.floor(Date.now() / DAY) - TAB_DAYS;
  const left = (await storage.sheets(database)).filter((sheet) => sheet.vault !== locked?.id && sheet.day < oldest);
  if (left.length > 0) await storage.remove(database, left.map((sheet) => sheet.id));
}
