const CHARACTERS_MAX = 300;
// Control characters, and the marks that turn the direction of a line.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** `text` from a file or a message, safe to show: nothing in it can move the cursor or forge a line. */
export function printable(text: string): string {
  const shown = text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text;
  return shown.replace(UNPRINTABLE, '\ufffd');
}
