/** A number of 0 or more from the command line. @throws Error that says what is wrong */
export function numberOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new Error(`--${name} is a number of 0 or more`);
  return value;
}

/** A whole one. @throws Error that says what is wrong */
export function wholeNumberOption(name: string, text: string | undefined): number | undefined {
  const value = numberOption(name, text);
  if (value !== undefined && !Number.isSafeInteger(value)) throw new Error(`--${name} is a whole number`);
  return value;
}
