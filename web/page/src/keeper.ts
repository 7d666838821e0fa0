// Where the answers are while they are filled in and on their way: encrypted in the outbox; or, on a shared device and where the
// browser lets nothing be kept, nowhere but in the memory of this page.

import { getCampaign, NetworkError, ProblemError, sendResponse } from "../../client/src/api.js";
import type { Server } from "../../client/src/api.js";
import { forgetKey, Overtaken } from "../../client/src/outbox.js";
import type { Entry, Outbox } from "../../client/src/outbox.js";
import { newReceipt } from "../../client/src/receipt.js";
import { sha256 } from "../../client/src/sha256.js";
import { prove } from "../../client/src/work.js";
import { utf8 } from "../../client/src/bytes.js";

/** What the fields of the form hold, where the person is, and by which card they came. */
export interface Note {
  pairs: [string, string][];
  step: number;
  card?: string | undefined;
}

export type Kept = Pick<Entry, "campaign" | "form" | "version" | "language" | "credentials" | "passRequest"> & { note: Note };
export type Change = Partial<Pick<Entry, "answers" | "language" | "credentials" | "passRequest"> & { note: Note }>;

/** What came of sending: it is stored, it waits for a network, it was refused with this code, or another tab goes on with it. */
export type Outcome = { sent: true } | { waits: true } | { refused: string } | { elsewhere: true };

/** A mark of an invitation, by which its card is known again. It is in the tab only, and goes with the answers. */
export const cardOf = (invitation: string): string => sha256(utf8(`aftercare-card\n${invitation}`)).join();

/** The code of what went wrong; `network` where there was no answer. */
export function codeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.code || (error.status >= 500 ? "internal" : "");
  return error instanceof NetworkError ? "network" : "";
}

const rank = ({ state, passRequest }: Entry): number => (passRequest ? 4 : ["draft", "refused", "queued", "sent"].indexOf(state));

export class Keeper {
  /** Tells that another tab goes on with this, or what became of it. */
  onOutcome: (outcome: Outcome) => void = () => undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private isSending = false;
  private stop: (() => void) | undefined;
  /** Where a copy may lie that is not written any more. */
  private left: Outbox | undefined;

  private constructor(
    private readonly server: Server,
    private outbox: Outbox | undefined,
    public entry: Entry,
  ) {
    this.stop = outbox?.onChange((id) => this.look(id));
  }

  static async begin(server: Server, outbox: Outbox | undefined, kept: Kept): Promise<Keeper> {
    try {
      if (outbox) return new Keeper(server, outbox, await outbox.begin(kept));
    } catch {
      // What cannot be kept can be filled in all the same.
    }
    const counts = { id: "", correction: false, answers: {}, state: "draft", revision: 0, tries: 0, due: 0 } as const;
    return new Keeper(server, undefined, { ...kept, ...counts, receipt: newReceipt() });
  }

  /** What is in this tab for a campaign; of a new card, only what was begun with it. */
  static async find(server: Server, outbox: Outbox, campaign: string, invitation?: string): Promise<Keeper | undefined> {
    const all = (await outbox.list()).filter((it) => it.campaign === campaign && it.state !== "withdrawn");
    const card = invitation && cardOf(invitation);
    const fits = ({ note, credentials }: Entry): boolean =>
      !invitation || credentials.invitation === invitation || (note as Note | undefined)?.card === card;
    const [found] = all.filter(fits).sort((one, other) => rank(one) - rank(other));
    return found && new Keeper(server, outbox, found);
  }

  get note(): Note {
    return (this.entry.note as Note | undefined) ?? { pairs: [], step: 0 };
  }

  /** Whether a reload of the page finds it again. */
  get isKept(): boolean {
    return !!this.outbox;
  }

  /** Removes what was in this tab for the campaign before; but what waits is still sent, and a pass that is under way still got. */
  async takeOver(): Promise<void> {
    const { campaign, id } = this.entry;
    const before = (await this.outbox?.list().catch(() => [])) ?? [];
    const over = before.filter((it) => it.campaign === campaign && it.id !== id && it.state !== "queued" && !it.passRequest);
    for (const { id } of over) await this.outbox?.remove(id).catch(() => undefined);
  }

  /** Keeps a change; whether this tab is still the one that goes on. One after the other: each has to know the revision of the last. */
  keep(change: Change): Promise<boolean> {
    return this.inTurn(async () => {
      const next = { ...this.entry, ...change };
      this.entry = this.outbox ? await this.outbox.save(next) : next;
    }, change);
  }

  /** Sends the answers with this change: they, and nothing else that may be kept. */
  async send(change: Change): Promise<Outcome> {
    this.isSending = true;
    try {
      return await this.sendNow(change);
    } finally {
      this.isSending = false;
      this.look(this.entry.id);
    }
  }

  private async sendNow(change: Change): Promise<Outcome> {
    const isOurs = await this.inTurn(async () => {
      const next = { ...this.entry, ...change };
      this.entry = this.outbox ? await this.outbox.queue(next) : next;
    }, change);
    if (!isOurs) return { elsewhere: true };
    if (!this.outbox) return this.sendAtOnce();
    try {
      await this.outbox.send();
      return await this.outcome();
    } catch {
      this.lose();
      return this.sendAtOnce();
    }
  }

  /** What became of it so far. What was refused can be mended, and sent again with the same receipt. */
  async outcome(): Promise<Outcome> {
    const now = (await this.outbox?.get(this.entry.id)) ?? this.entry;
    this.entry = now;
    if (now.state === "sent") return { sent: true };
    if (now.state !== "refused") return { waits: true };
    if (this.outbox) this.entry = await this.outbox.reopen(now.id);
    return { refused: now.problem?.code ?? "" };
  }

  /** Leaves nothing of it behind. */
  async drop(): Promise<void> {
    this.stop?.();
    await (this.outbox ?? this.left)?.remove(this.entry.id).catch(() => undefined);
  }

  /** Leaves nothing behind in this tab but what still has to be sent. */
  async wipe(): Promise<void> {
    await this.drop();
    const outbox = this.outbox ?? this.left;
    const rest = (await outbox?.list().catch(() => [])) ?? [];
    for (const { id } of rest.filter((it) => it.state !== "queued")) await outbox?.remove(id);
    if (rest.every((it) => it.state !== "queued")) forgetKey();
  }

  /** Writes in turn. Where nothing can be written any more, the page goes on in its memory. */
  private inTurn(write: () => Promise<void>, change: Change): Promise<boolean> {
    const written = this.queue.then(async () => {
      try {
        await write();
      } catch (error) {
        if (error instanceof Overtaken) return false;
        this.lose();
        this.entry = { ...this.entry, ...change };
      }
      return true;
    });
    this.queue = written;
    return written;
  }

  private lose(): void {
    this.stop?.();
    [this.left, this.outbox] = [this.outbox, undefined];
    this.entry = { ...this.entry, state: "draft" };
  }

  /** Something was written, here or in another tab. It is looked at in turn, so that what is written here is known already. */
  private look(id: string): void {
    if (!this.isSending) this.queue = this.queue.then(() => this.compare(id)).catch(() => undefined);
  }

  private async compare(id: string): Promise<void> {
    const { entry, outbox } = this;
    if (!outbox || this.isSending) return;
    if (id !== entry.id) {
      const other = await outbox.get(id);
      // Who was here before and waited for a network leaves no receipt for who is here now.
      if (other?.campaign === entry.campaign && other.state === "sent") await outbox.remove(id);
      return;
    }
    const now = await outbox.get(id);
    if (now?.revision === entry.revision) return;
    if (entry.state === "draft" || !now) return this.onOutcome({ elsewhere: true });
    const outcome = await this.outcome();
    if (!("waits" in outcome)) this.onOutcome(outcome);
  }

  private async sendAtOnce(): Promise<Outcome> {
    const { campaign, receipt, version, language, answers, credentials } = this.entry;
    const body = { form_version: version, language, answers };
    const attempt = (proof = credentials.proof) => sendResponse(this.server, campaign, receipt, body, { ...credentials, proof });
    try {
      await attempt().catch(async (error: unknown) => {
        if (codeOf(error) !== "proof_of_work_needed") throw error;
        const { proof_of_work: bits } = await getCampaign(this.server, campaign);
        return attempt(await prove(campaign, receipt, bits ?? 0));
      });
    } catch (error) {
      return { refused: codeOf(error) };
    }
    await this.drop();
    this.entry = { ...this.entry, state: "sent", answers: {}, note: undefined, credentials: {} };
    return { sent: true };
  }
}
