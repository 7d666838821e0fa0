// Encryption at rest: AES-GCM with a key that is in the tab only, or that a PIN opens.

import { fromBase64url, random, toBase64url, utf8 } from "./bytes.js";

/** How the key is kept. */
export type KeyChoice = { tab: true } | { pin: string };

/** A key with its name. */
export interface Vault {
  readonly id: string;
  readonly key: CryptoKey;
}

/** The key of a PIN as it is stored: wrapped in what follows from the PIN. */
export interface LockedVault {
  id: string;
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** Something encrypted. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  box: ArrayBuffer;
}

/** The PIN does not open what is there. */
export class WrongPin extends Error {
  override readonly name = "WrongPin";
}

/** What OWASP asks of PBKDF2 with SHA-256: about a second on an old phone. */
export const ITERATIONS = 600_000;

const AES = "AES-GCM";

const imported = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", bytes, AES, false, ["encrypt", "decrypt"]);

async function ofPin(pin: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", utf8(pin.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
}

/** A new key behind a PIN, and what is stored of it. */
export async function lockedBy(pin: string, iterations = ITERATIONS): Promise<{ vault: Vault; locked: LockedVault }> {
  const [id, bytes, salt, iv] = [toBase64url(random(16)), random(32), random(16), random(12)];
  const outer = await ofPin(pin, salt, iterations);
  const wrapped = await crypto.subtle.encrypt({ name: AES, iv, additionalData: utf8(id) }, outer, bytes);
  return { vault: { id, key: await imported(bytes) }, locked: { id, salt, iterations, iv, wrapped } };
}

/** The key behind a PIN. */
export async function unlocked({ id, salt, iterations, iv, wrapped }: LockedVault, pin: string): Promise<Vault> {
  const outer = await ofPin(pin, salt, iterations);
  try {
    const bytes = await crypto.subtle.decrypt({ name: AES, iv, additionalData: utf8(id) }, outer, wrapped);
    return { id, key: await imported(new Uint8Array(bytes)) };
  } catch {
    throw new WrongPin("this PIN does not open what is kept here");
  }
}

const inTab = (name: string): string => `aftercare-key:${name}`;

/** The key of this tab. It outlives a reload, and ends with the tab. */
export async function ofTab(name: string): Promise<Vault> {
  const session = globalThis.sessionStorage as Storage | undefined;
  const [id, kept] = session?.getItem(inTab(name))?.split(":") ?? [];
  if (id && kept) return { id, key: await imported(fromBase64url(kept)) };
  const made = { id: toBase64url(random(16)), bytes: random(32) };
  session?.setItem(inTab(name), `${made.id}:${toBase64url(made.bytes)}`);
  return { id: made.id, key: await imported(made.bytes) };
}

export const forgetTab = (name: string): void =>
  (globalThis.sessionStorage as Storage | undefined)?.removeItem(inTab(name));

/** Encrypts a value. It opens under its own name only, so that nothing can be put in the place of something else. */
export async function seal({ key }: Vault, name: string, value: unknown): Promise<Sealed> {
  const iv = random(12);
  const box = await crypto.subtle.encrypt({ name: AES, iv, additionalData: utf8(name) }, key, utf8(JSON.stringify(value)));
  return { iv, box };
}

export async function unseal({ key }: Vault, name: string, { iv, box }: Sealed): Promise<unknown> {
  const bytes = await crypto.subtle.decrypt({ name: AES, iv, additionalData: utf8(name) }, key, box);
  return JSON.parse(new TextDecoder().decode(bytes));
}
