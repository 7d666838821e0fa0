// Proof of work: a number that is found by trying, for campaigns that ask for it.

import { utf8 } from "./bytes.js";
import { sha256 } from "./sha256.js";

/** For how many milliseconds it tries before it lets others do something. */
const TURN = 20;

const zeros = (campaign: string, receipt: string, proof: string): number => {
  let count = 0;
  for (const word of sha256(utf8(`aftercare-work\n${campaign}\n${receipt}\n${proof}`))) {
    count += Math.clz32(word);
    if (word !== 0) break;
  }
  return count;
};

/** Whether a proof shows so much work. */
export const isProof = (campaign: string, receipt: string, bits: number, proof: string): boolean =>
  zeros(campaign, receipt, proof) >= bits;

/** The first number that is a proof. It can be found without a connection, as soon as there is a receipt. */
export async function prove(
  campaign: string,
  receipt: string,
  bits: number,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string> {
  let until = Date.now() + TURN;
  for (let number = 0; ; number++) {
    const proof = String(number);
    if (isProof(campaign, receipt, bits, proof)) return proof;
    if (number % 64 === 0 && Date.now() > until) {
      await new Promise((next) => setTimeout(next));
      if (options.signal?.aborted) throw options.signal.reason ?? new DOMException("aborted", "AbortError");
      until = Date.now() + TURN;
    }
  }
}
