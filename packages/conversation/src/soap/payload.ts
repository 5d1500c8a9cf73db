/** What stands in the Body, as applications give it: the octets of one element. */
import type { XmlWriter } from '@parley/codec';
import { CanonicalElement, Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';

/** perf: made once; to make one takes as long as to read a payload. Nothing in it is used after the call that filled it. */
const TAPE = new Tape();
const { bytes: NOTHING, words: NO_WORDS } = new Tape();

/**
 * Writes `payload`, the octets of one element in UTF-8 (borrowed), into a Body, in canonical form: comments are left out, every
 * declaration stays. An empty one makes an empty Body.
 * @throws Fault `caller.input-invalid` it is not well-formed
 */
export function payloadWriter(payload: Uint8Array, limits: Limits): (writer: XmlWriter) => void {
  if (payload.length === 0) return () => undefined;
  const element = canonicalElement(payload, limits);
  return (writer) => {
    writer.repeat(element);
  };
}

/** @throws Fault `caller.input-invalid` */
function canonicalElement(payload: Uint8Array, limits: Limits): CanonicalElement {
  try {
    scan(payload, limits, TAPE);
    return CanonicalElement.of(TAPE, 0, limits.messageBytesMax, 'inclusive');
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault('caller.input-invalid', {
      input: 'body',
      reason: 'the payload is not one well-formed element',
      code: error.code,
    });
  } finally {
    // safety: it may be a secret of the application.
    TAPE.bytes = NOTHING;
    TAPE.words = NO_WORDS;
  }
}
