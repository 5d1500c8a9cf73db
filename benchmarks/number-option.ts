/** The value of an option that is a whole number from 1 on; `fallback` when it was not given. */
export function wholeNumber(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${option} takes a whole number from 1 on, not '${text}'`);
  return value;
}
