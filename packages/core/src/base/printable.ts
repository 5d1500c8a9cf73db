/** Texts of strangers, made safe to show and to write. */

const CHARACTERS_MAX = 300;
/** Controls (C0, DEL, C1), what turns the direction of a line or ends it, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
const UNPRINTABLE_IN_LINES = /(?!\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;

/** `text` from a file or a message, for a line of its own: nothing in it moves the cursor or forges a line; 300 characters at most. */
export function printable(text: string): string {
  const shown = text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text;
  return shown.replace(UNPRINTABLE, '\ufffd');
}

/** Lines that are made already, as they may leave: what {@link printable} replaces is replaced, but for line feeds. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE_IN_LINES, '\ufffd');
}

/** `value` as one line of JSON that is safe to show: the same value, with `\u` escapes for what {@link printable} replaces. */
export function jsonLine(value: unknown): string {
  // All of them are in the first plane, and a line of JSON has them within strings only.
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
