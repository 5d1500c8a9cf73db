/** What libxml2 says about a value, without the value: it may be a password or a key. */
import type { NativeError } from '../libxml/native.ts';

const MESSAGE_LENGTH_MAX = 1_000;

// The errors of libxml2's validator that quote names only. All others may quote a value.
const ABOUT_NAMES: ReadonlySet<number> = new Set([
  1827, // cvc-type.3.1.1: attribute on a simple type
  1828, // cvc-type.3.1.2: element in a simple type
  1841, // cvc-complex-type.2.1: content where none may be
  1842, // cvc-complex-type.2.2
  1843, // cvc-complex-type.2.3: text between elements
  1845, // cvc-elt.1: no declaration
  1846, // cvc-elt.2: abstract
  1866, // cvc-complex-type.3.2.1: attribute not allowed
  1867, // cvc-complex-type.3.2.2: attribute not allowed
  1868, // cvc-complex-type.4: attribute missing
  1871, // element not expected, or content missing
]);

/** The message of `finding`; a value in it becomes `…`. */
export function messageWithoutValue(finding: NativeError): string {
  const message = finding.message.trim();
  const value = finding.str1;
  const plain = ABOUT_NAMES.has(finding.code) || value === undefined ? message : withoutValue(message, value);
  return plain.length > MESSAGE_LENGTH_MAX ? `${plain.slice(0, MESSAGE_LENGTH_MAX)}…` : plain;
}

function withoutValue(message: string, value: string): string {
  const prefix = /^Element '[^']*'(, attribute '[^']*')?: (\[facet '[a-zA-Z]*'\] )?/.exec(message)?.[0] ?? '';
  const rest = message.slice(prefix.length);
  const at = rest.indexOf(`'${value}'`);
  // libxml2 cuts very long messages, and the value with them.
  return at < 0 ? `${prefix}not valid.` : `${prefix}${rest.slice(0, at)}'…'${rest.slice(at + value.length + 2)}`;
}
