/** How libxml2 (2.9) writes text, values and namespace names of its tree; `plain` is what they are, as UTF-8. */
import type { OctetSink } from '../hot/octets/octet-sink.ts';

const TEXT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x0d, '&#13;'],
  [0x26, '&amp;'],
  [0x3c, '&lt;'],
  [0x3e, '&gt;'],
]);
const VALUE_ESCAPES: ReadonlyMap<number, string> = new Map([
  ...TEXT_ESCAPES,
  [0x09, '&#9;'],
  [0x0a, '&#10;'],
  [0x22, '&quot;'],
]);
const AMPERSAND: ReadonlyMap<number, string> = new Map([[0x26, '&#38;']]);
const AMPERSAND_AND_QUOTE: ReadonlyMap<number, string> = new Map([...AMPERSAND, [0x22, '&quot;']]);
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/** Character data. */
export function writeFormText(plain: OctetSink, out: OctetSink): void {
  writeEscaped(plain.bytes, plain.length, TEXT_ESCAPES, out);
}

/** An attribute value for double quotes. */
export function writeFormValue(plain: OctetSink, out: OctetSink): void {
  writeEscaped(plain.bytes, plain.length, VALUE_ESCAPES, out);
}

/**
 * A namespace name with its quotes. libxml2 keeps an ampersand in it as the reference `&#38;`, and writes all else as it
 * is, in the quotes that it does not contain.
 */
export function writeFormName(name: Uint8Array, out: OctetSink): void {
  const isInDouble = !name.includes(DOUBLE_QUOTE) || name.includes(SINGLE_QUOTE);
  const quote = isInDouble ? DOUBLE_QUOTE : SINGLE_QUOTE;
  out.writeOctet(quote);
  writeEscaped(name, name.length, isInDouble ? AMPERSAND_AND_QUOTE : AMPERSAND, out);
  out.writeOctet(quote);
}

function writeEscaped(bytes: Uint8Array, length: number, escapes: ReadonlyMap<number, string>, out: OctetSink): void {
  let run = 0;
  for (let at = 0; at < length; at++) {
    const escaped = escapes.get(bytes[at]!);
    if (escaped === undefined) continue;
    out.write(bytes, run, at);
    out.writeText(escaped);
    run = at + 1;
  }
  out.write(bytes, run, length);
}
