/** What a Body that was proven holds. */
import { Tape } from '@parley/codec';
import {
  canonicalise,
  firstChild,
  localNameOf,
  namespaceUriOf,
  nextSibling,
  OctetSink,
  scan,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { LIMITS, requireInput, requireKind } from '@parley/core/internal';

export interface BodyPayload {
  /** The octets of the element in the Body, in canonical form and standing for themselves; none for an empty Body. */
  readonly payload: Uint8Array;
  /** Whether that is a SOAP fault. */
  readonly isFault: boolean;
}

/**
 * Takes the element out of `body`, the octets of a Body as `open` gives them (borrowed).
 * @throws Fault `peer.structure-invalid` more than one element; what the scanner throws
 */
export function bodyPayload(body: Uint8Array, limits: Limits = DEFAULT_LIMITS): BodyPayload {
  requireInput(body, 'body');
  requireKind(LIMITS, limits, 'limits');
  const tape = new Tape();
  scan(body, limits, tape);
  return payloadIn(tape, 0, limits, 'exclusive');
}

/** The same of a Body on a tape; `inclusive` keeps the declarations in scope, which values alone may use. */
export function payloadIn(tape: Tape, body: number, limits: Limits, method: 'inclusive' | 'exclusive'): BodyPayload {
  const element = firstChild(tape, body);
  if (element < 0) return { payload: new Uint8Array(0), isFault: false };
  if (nextSibling(tape, element) >= 0)
    throw new Fault('peer.structure-invalid', { reason: 'more than one element in the Body' });
  const sink = new OctetSink(512);
  sink.reset(limits.messageBytesMax);
  canonicalise(tape, element, sink, { method });
  sink.checkSize();
  const isFault =
    localNameOf(tape, element) === 'Fault' && namespaceUriOf(tape, element) === namespaceUriOf(tape, body);
  return { payload: sink.take(), isFault };
}
