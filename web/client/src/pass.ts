// Passes: Privacy Pass tokens of type 0x0002 (RFC 9578), blind RSA with SHA-384 (RFC 9474). The server signs one without seeing it.

import { requestPass } from "./api.js";
import type { Server } from "./api.js";
import { fromBase64url, joined, random, toBase64url } from "./bytes.js";

/** What a campaign says about its passes. */
export interface PassOffer {
  challenge: string;
  token_key: string;
}

/** A pass that was begun, as JSON. Whoever has it can link the pass to the invitation: it stays on the device. */
export interface PassRequest {
  /** What is sent. */
  request: string;
  /** What is signed. */
  input: string;
  /** The same as it is encoded for the signature. */
  encoded: string;
  /** What takes the blinding away. */
  inverse: string;
  token_key: string;
}

interface Key {
  n: bigint;
  e: bigint;
  /** In bytes. */
  length: number;
}

/** What is random about a signature; only test vectors give it. */
export interface Chance {
  salt?: Uint8Array | undefined;
  blind?: bigint | undefined;
}

const TYPE = new Uint8Array([0, 2]);
const HASH = 48;

const digest = async (name: "SHA-256" | "SHA-384", bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest(name, bytes as Uint8Array<ArrayBuffer>));

/** A number from bytes, the most significant one first. */
export const numberOf = (bytes: Uint8Array): bigint =>
  BigInt(`0x0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);

const bytesOf = (number: bigint, length: number): Uint8Array => {
  const digits = number.toString(16).padStart(length * 2, "0");
  return Uint8Array.from({ length }, (_, at) => parseInt(digits.slice(at * 2, at * 2 + 2), 16));
};

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

/** The inverse, if there is one. */
function inverse(number: bigint, modulus: bigint): bigint | undefined {
  let [rest, other, factor, next] = [number % modulus, modulus, 1n, 0n];
  while (other > 0n) {
    const quotient = rest / other;
    [rest, other] = [other, rest - quotient * other];
    [factor, next] = [next, factor - quotient * next];
  }
  return rest === 1n ? ((factor % modulus) + modulus) % modulus : undefined;
}

/** EMSA-PSS-ENCODE of RFC 8017, 9.1.1, with SHA-384 and a salt of 48 bytes. */
async function encode(message: Uint8Array, key: Key, salt: Uint8Array): Promise<Uint8Array> {
  const bits = key.n.toString(2).length - 1;
  const length = Math.ceil(bits / 8);
  const hash = await digest("SHA-384", joined(new Uint8Array(8), await digest("SHA-384", message), salt));
  const block = joined(new Uint8Array(length - 2 * HASH - 2), new Uint8Array([1]), salt);
  for (let at = 0, count = 0; at < block.length; count++) {
    const mask = await digest("SHA-384", joined(hash, bytesOf(BigInt(count), 4)));
    for (let place = 0; place < HASH && at < block.length; place++, at++) block[at]! ^= mask[place]!;
  }
  block[0]! &= 0xff >> (8 * length - bits);
  return joined(block, hash, new Uint8Array([0xbc]));
}

/** Blinds a message, as RFC 9474, 4.2 says. */
export async function blind(message: Uint8Array, key: Key, chance: Chance = {}) {
  const encoded = numberOf(await encode(message, key, chance.salt ?? random(HASH)));
  for (;;) {
    const factor = chance.blind ?? numberOf(random(key.length));
    const found = factor > 0n && factor < key.n ? inverse(factor, key.n) : undefined;
    if (found !== undefined) {
      const blinded = (encoded * power(factor, key.e, key.n)) % key.n;
      return { encoded, inverse: found, blinded: bytesOf(blinded, key.length) };
    }
  }
}

/** The signature without the blinding, as RFC 9474, 4.4 says; an error where it is none of the message. */
export function unblind(signed: Uint8Array, key: Key, encoded: bigint, inverse: bigint): Uint8Array {
  const signature = (numberOf(signed) * inverse) % key.n;
  if (signed.length !== key.length || power(signature, key.e, key.n) !== encoded) {
    throw new Error("the server did not sign the pass that was asked for");
  }
  return bytesOf(signature, key.length);
}

/** The key in a SubjectPublicKeyInfo. */
function keyOf(info: Uint8Array): Key {
  /** The value of the element of DER that begins here, and where it ends. */
  const element = (at: number): [from: number, to: number] => {
    const [short, count] = [info[at + 1]!, info[at + 1]! & 0x7f];
    const from = at + 2 + (short < 0x80 ? 0 : count);
    const length = short < 0x80 ? short : Number(numberOf(info.slice(at + 2, from)));
    return [from, from + length];
  };
  const [outer] = element(0);
  const [, algorithm] = element(outer);
  const [bits] = element(algorithm);
  const [pair] = element(bits + 1);
  const [from, to] = element(pair);
  const n = numberOf(info.slice(from, to));
  return { n, e: numberOf(info.slice(...element(to))), length: Math.ceil(n.toString(2).length / 8) };
}

/** Makes a request for a pass. Keep it until the pass is there, also when the tab is closed: an invitation can be exchanged once. */
export async function beginPass(offer: PassOffer, chance: Chance & { nonce?: Uint8Array | undefined } = {}): Promise<PassRequest> {
  const info = fromBase64url(offer.token_key);
  const [key, id] = [keyOf(info), await digest("SHA-256", info)];
  const challenge = await digest("SHA-256", fromBase64url(offer.challenge));
  const input = joined(TYPE, chance.nonce ?? random(32), challenge, id);
  const { encoded, inverse, blinded } = await blind(input, key, chance);
  return {
    request: toBase64url(joined(TYPE, id.slice(-1), blinded)),
    input: toBase64url(input),
    encoded: toBase64url(bytesOf(encoded, key.length)),
    inverse: toBase64url(bytesOf(inverse, key.length)),
    token_key: offer.token_key,
  };
}

/** The pass, from what the server signed. */
export async function finishPass(begun: PassRequest, response: Uint8Array): Promise<string> {
  const [encoded, inverse] = [numberOf(fromBase64url(begun.encoded)), numberOf(fromBase64url(begun.inverse))];
  const signature = unblind(response, keyOf(fromBase64url(begun.token_key)), encoded, inverse);
  return toBase64url(joined(fromBase64url(begun.input), signature));
}

/** Exchanges an invitation for the pass that was begun. It can be repeated: the same request gets the same answer. */
export async function getPass(
  server: Server,
  campaign: string,
  invitation: string,
  begun: PassRequest,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string> {
  return finishPass(begun, await requestPass(server, campaign, invitation, fromBase64url(begun.request), options));
}
