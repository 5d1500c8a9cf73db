/** Header blocks of our own, put into an envelope of somebody else. */
import { Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, scan, splice } from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { readEnvelopeShape } from '@parley/engine/internal';

/**
 * `envelope` (borrowed) with `block` (borrowed) at the end of its Header.
 * @throws Fault `caller.input-invalid` it has no Header with anything in it; and of the scanner
 */
export function withHeaderBlock(envelope: Uint8Array, block: Uint8Array): Uint8Array {
  const tape = new Tape();
  scan(envelope, DEFAULT_LIMITS, tape);
  const { header } = readEnvelopeShape(tape);
  const contentEnd = header < 0 ? undefined : tape.elements[header * ELEMENT_WORDS + E.contentEnd];
  const end = header < 0 ? undefined : tape.elements[header * ELEMENT_WORDS + E.end];
  if (contentEnd === undefined || contentEnd === end)
    throw new Fault('caller.input-invalid', { reason: 'no soap:Header' });
  return splice(envelope, [{ start: contentEnd, end: contentEnd, with: block }]);
}
