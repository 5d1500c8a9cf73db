/**
 * Names as OpenSSL's `X509_NAME_oneline` writes them, and PHP, Python and old tools over it: `/C=DE/O=Example/CN=Alice`, octets
 * that are not ASCII as `\xC3`. A `/` or `+` within a value is escaped since 3.0 only;
 * one that no keyword follows belongs to the value.
 */
import { Fault } from '../base/fault.ts';
import type { NameAttribute } from './attribute-value.ts';
import { attributeTypeOf } from './name-keywords.ts';

const START = /(?<!\\)([/+])(?:OID\.)?([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)=/gi;
const ESCAPES = /((?:\\x[0-9A-Fa-f]{2})+)|\\([/+])/g;

/** The relative names of `text`, which begins with `/`, most significant first. @throws Fault `peer.encoding-invalid` */
export function parseOneline(text: string): NameAttribute[][] {
  const starts = [...text.matchAll(START)].flatMap((match) => {
    const [whole, separator = '', word = ''] = match;
    const type = /^\d/.test(word) ? word : attributeTypeOf(word);
    return type === undefined ? [] : [{ at: match.index, separator, type, valueAt: match.index + whole.length }];
  });
  if (starts[0]?.at !== 0) throw new Fault('peer.encoding-invalid', { encoding: 'distinguished name' });
  const relativeNames: NameAttribute[][] = [];
  for (const [index, { separator, type, valueAt }] of starts.entries()) {
    const attribute = { type, value: unescaped(text.slice(valueAt, starts[index + 1]?.at)) };
    if (separator === '/') relativeNames.push([attribute]);
    else relativeNames.at(-1)?.push(attribute);
  }
  return relativeNames;
}

function unescaped(text: string): string {
  return text.replace(ESCAPES, (_, escapes: string | undefined, separator: string | undefined) => {
    if (escapes === undefined) return separator ?? '';
    const octets = Uint8Array.from(escapes.slice(2).split('\\x'), (pair) => Number.parseInt(pair, 16));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      throw new Fault('peer.encoding-invalid', { encoding: 'distinguished name' });
    }
  });
}
