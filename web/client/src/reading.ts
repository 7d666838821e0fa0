// A text as a person reads it, and how many characters that person counts.

/** NFKC, except for the Korean letters that people write by themselves, as in "ㅠㅠ". */
const unfolded = (text: string): string =>
  text
    .split(/([\u3131-\u3163\u3165-\u318e]+)/)
    .map((part, at) => (at % 2 ? part : part.normalize("NFKC")))
    .join("");

const INVISIBLE =
  /^[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]$/u;
const invisible = (letter: string): boolean => INVISIBLE.test(letter) || /^[^\P{Cc}\n\t]$/u.test(letter);

/** Letters and marks of scripts in whose spelling joiners have a part. */
const spelt = (letter: string): boolean =>
  /^[\u0600-\u109f\u1780-\u18af]$/.test(letter) && !/\p{N}/u.test(letter) && !invisible(letter);
const pictograph = (letter: string): boolean => /^[\u2600-\u27bf\ufe0f\u{1f300}-\u{1faff}]$/u.test(letter);

function joins(joiner: string, before: string, next: string): boolean {
  if (spelt(before)) return spelt(next) || !(/[\p{Alphabetic}\p{N}]/u.test(next) || invisible(next));
  return joiner === "\u200d" && pictograph(before) && pictograph(next);
}

function withoutInvisible(text: string): string {
  const letters = [...text];
  let [read, before] = ["", ""];
  letters.forEach((letter, at) => {
    const next = letters[at + 1] ?? "";
    let kept = letter;
    if (/^[\u200c\u200d]$/.test(letter)) kept = joins(letter, before, next) ? letter : "";
    else if (/^[\v\f\x85\u2028\u2029]$/.test(letter) || (letter === "\r" && next !== "\n")) kept = "\n";
    else if (invisible(letter) || (/^[\ufe0e\ufe0f\u20e3]$/.test(letter) && /^\d$/.test(before))) kept = "";
    read += kept;
    before = kept || before;
  });
  return read;
}

/** The text composed, without what cannot be seen, its lines broken in one way: as a server stores it. */
export const asRead = (text: string): string => unfolded(withoutInvisible(unfolded(text)));

/** The characters of a text as a person counts them, by which `max_length` goes. */
export const characters = (text: string): number =>
  Math.min([...asRead(text)].length, [...text.normalize("NFC")].length);
