// Receipts: what a person keeps, and all that leads back to a response.

import { random, toBase64url } from "./bytes.js";

/** A new receipt: 16 random bytes, 22 characters. */
export const newReceipt = (): string => toBase64url(random(16));

/** Whether a text can be a receipt, as where somebody types one. */
export const isReceipt = (text: string): boolean => /^[\w-]{22,128}$/.test(text) && new Set(text).size >= 8;
