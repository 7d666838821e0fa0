// Invitations: 14 characters of Crockford's base32 and two that check them.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 16;
const CHECK = 1021n;

/** The invitation as it is printed, `ABCD-EFGH-JKMN-PQE4`; null where the text is none, or has a typing error. */
export function readInvitation(typed: string): string | null {
  let [code, written] = [0n, ""];
  for (const letter of typed.replace(/[\s\u0085\u2010-\u2015\u2212-]/gu, "")) {
    // Only ASCII is folded: there are letters elsewhere whose upper case is one of these.
    const upper = letter < "\u0080" ? letter.toUpperCase() : "?";
    const meant = upper === "O" ? "0" : upper === "I" || upper === "L" ? "1" : upper;
    const place = ALPHABET.indexOf(meant);
    if (place < 0 || written.length === CHARACTERS) return null;
    code = code * 32n + BigInt(place);
    written += meant;
  }
  const sound = written.length === CHARACTERS && (code >> 10n) % CHECK === (code & 1023n);
  return sound ? written.replace(/(.{4})(?=.)/g, "$1-") : null;
}

/** The invitation in the fragment of an address, `#ABCD-…`, `#i=ABCD-…` or under another name; null where there is none. */
export function invitationOf(address: string | URL): string | null {
  const fragment = new URL(address, "http://localhost").hash.slice(1);
  try {
    return readInvitation(decodeURIComponent(fragment.replace(/^\/|^\w*=/, "")));
  } catch {
    return null; // a lone % is no text
  }
}
