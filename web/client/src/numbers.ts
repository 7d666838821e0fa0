// Numbers as people type them: with a comma where others have a point, or with commas between thousands.

/**
 * The number that was typed as the answer to a question for whole numbers, or for decimals; undefined where it is none, or
 * can be read in two ways, as "1,250" of a decimal and "1.250" of a whole number can.
 */
export function typedNumber(typed: string, isWhole: boolean): number | undefined {
  const text = typed.trim().replace("\u2212", "-");
  if (/^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(text)) {
    const isAmbiguous = !isWhole && /^-?\d+,\d+$/.test(text);
    return isAmbiguous ? undefined : Number(text.replace(/,/g, ""));
  }
  if (isWhole && /^-?[1-9]\d{0,2}\.\d{3}$/.test(text)) return undefined;
  return /^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : undefined;
}
