import { Tape } from '@parley/codec';
import { attributeNamed, isNamed, localName, Namespace, scan, textOf } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { requireInput } from '@parley/core/internal';
import { attributeValue } from '@parley/engine/internal';

const IDENTIFIER = localName('Identifier');
const REFERENCE = localName('Reference');
const URI = localName('URI');
const URI_BYTES_MAX = 1024;

/**
 * What a message (borrowed) may mean by the contexts that it names: Identifiers of tokens, and what references lead to. Claims, of
 * whoever wrote it; none of what is no XML.
 */
export function namedContexts(message: Uint8Array): ReadonlySet<string> {
  requireInput(message, 'message');
  const names = new Set<string>();
  const tape = new Tape();
  try {
    scan(message, DEFAULT_LIMITS, tape);
    for (let element = 0; element < tape.elementCount; element++) {
      const isIdentifier = [Namespace.wsc, Namespace.wsc05].some((uri) => isNamed(tape, element, uri, IDENTIFIER));
      if (isIdentifier) names.add(textOf(tape, element).trim());
      if (!isNamed(tape, element, Namespace.wsse, REFERENCE)) continue;
      const uri = attributeNamed(tape, element, Namespace.none, URI);
      if (uri >= 0) names.add(attributeValue(tape, uri, URI_BYTES_MAX).trim());
    }
  } catch {
    // `open` says why it is no message.
  }
  return names;
}
