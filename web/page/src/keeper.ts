// Where the answers are while they are filled in and on their way: encrypted in the outbox, or, on a shared device, nowhere
// but in the memory of this page.

import { isTemporary, ProblemError, sendResponse } from "../../client/src/api.js";
import type { Credentials, Server } from "../../client/src/api.js";
import type { Answers } from "../../client/src/definition.js";
import { openOutbox } from "../../client/src/outbox.js";
import type { Entry, Outbox } from "../../client/src/outbox.js";
import type { PassRequest } from "../../client/src/pass.js";
import { newReceipt } from "../../client/src/receipt.js";
import { prove } from "../../client/src/work.js";

/** What the fields of the form hold, and where the person is. */
export interface Note {
  pairs: [string, string][];
  step: number;
}

export interface Kept {
  campaign: string;
  form: string;
  version: number;
  language: string;
  credentials: Credentials;
  note: Note;
}

export type Change = Partial<{ answers: Answers; language: string; note: Note; credentials: Credentials; passRequest: PassRequest | undefined }>;

/** What came of sending: it is stored, it waits for a network, or it was refused with this code. */
export type Outcome = { sent: true } | { waits: true } | { refused: string };

export interface Keeper {
  readonly entry: Kept & { receipt: string; state?: string };
  /** Whether nothing is kept. */
  readonly isShared: boolean;
  keep(change: Change): Promise<void>;
  send(): Promise<Outcome>;
  /** Calls back when what waits is stored or refused. */
  onOutcome(listener: (outcome: Outcome) => void): void;
  /** Leaves nothing behind. */
  drop(): Promise<void>;
}

export class OutboxKeeper implements Keeper {
  readonly isShared = false;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly outbox: Outbox,
    private current: Entry,
  ) {
    outbox.start();
  }

  get entry(): Keeper["entry"] {
    return this.current as unknown as Keeper["entry"];
  }

  static async begin(server: Server, kept: Kept): Promise<OutboxKeeper> {
    const outbox = await openOutbox({ server, key: { tab: true }, prove });
    return new OutboxKeeper(outbox, await outbox.begin(kept));
  }

  /** What was begun in this tab and is not stored yet. */
  static async find(server: Server, campaign: string): Promise<OutboxKeeper | undefined> {
    const outbox = await openOutbox({ server, key: { tab: true }, prove });
    const found = (await outbox.list()).find((it) => it.campaign === campaign && it.note && it.state !== "withdrawn");
    if (found) return new OutboxKeeper(outbox, found.state === "refused" ? await outbox.reopen(found.id) : found);
    outbox.close();
    return undefined;
  }

  /** One change after the other: each has to know the revision of the last. */
  keep(change: Change): Promise<void> {
    const saved = this.queue.then(async () => {
      this.current = await this.outbox.save({ ...this.current, ...change });
    });
    this.queue = saved.catch(() => undefined);
    return saved;
  }

  async send(): Promise<Outcome> {
    await this.queue;
    const { id } = this.current;
    await this.outbox.queue(id);
    await this.outbox.send();
    return this.look();
  }

  private async look(): Promise<Outcome> {
    const now = (await this.outbox.get(this.current.id)) ?? this.current;
    this.current = now;
    if (now.state === "sent") return { sent: true };
    if (now.state !== "refused") return { waits: true };
    const code = now.problem?.code ?? "";
    this.current = await this.outbox.reopen(now.id);
    return { refused: code };
  }

  onOutcome(listener: (outcome: Outcome) => void): void {
    const stop = this.outbox.onChange((id) => {
      if (id !== this.current.id) return;
      void this.look().then((outcome) => {
        if ("waits" in outcome) return;
        stop();
        listener(outcome);
      });
    });
  }

  async drop(): Promise<void> {
    await this.outbox.remove(this.current.id);
  }
}

export class MemoryKeeper implements Keeper {
  readonly isShared = true;
  readonly entry: Keeper["entry"] & { answers: Answers };

  constructor(
    private readonly server: Server,
    kept: Kept,
  ) {
    this.entry = { ...kept, receipt: newReceipt(), answers: {} };
  }

  async keep(change: Change): Promise<void> {
    Object.assign(this.entry, change);
  }

  async send(): Promise<Outcome> {
    const { campaign, receipt, version, language, answers, credentials } = this.entry;
    const body = { form_version: version, language, answers };
    try {
      await sendResponse(this.server, campaign, receipt, body, credentials);
      return { sent: true };
    } catch (error) {
      if (error instanceof ProblemError && error.code === "proof_of_work_needed" && !credentials.proof) {
        const bits = Number(/\d+/.exec(error.message)?.[0] ?? 0);
        credentials.proof = await prove(campaign, receipt, bits);
        return this.send();
      }
      if (isTemporary(error)) return { refused: error instanceof ProblemError ? error.code : "network" };
      return { refused: error instanceof ProblemError ? error.code : "" };
    }
  }

  onOutcome(): void {
    // Nothing waits: a person at a shared device sees at once whether it arrived.
  }

  async drop(): Promise<void> {
    this.entry.note = { pairs: [], step: 0 };
  }
}
