/** @returns the position of a category's name; `most` where training never saw it, NaN where there is none */
export function codeOf(
  value: string | number | null | undefined,
  names: readonly string[],
  most: number,
): number {
  if (value === null || value === undefined || value === "" || Number.isNaN(value)) return NaN;
  const text = String(value).trim();
  const at = names.indexOf(text);
  if (at >= 0) return at;
  // Where training read numbers, 1.0 and 1 are one name.
  const same = text === "" ? -1 : names.indexOf(String(Number(text)));
  return same >= 0 ? same : most;
}
