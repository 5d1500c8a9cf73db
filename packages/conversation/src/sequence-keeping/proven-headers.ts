/** What of a message says something about sequences, and counts: header blocks that were signed, or that the transport answers for. */
import { READERS, Tape } from '@parley/codec';
import { firstChild, nextSibling, readDocument } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { LIMITS, objectWith, oneOf, requireInput, requireKind } from '@parley/core/internal';
import type { OpenedMessage, Policy } from '@parley/engine';
import { readEnvelopeShape } from '@parley/engine/internal';
import { sequenceVersionOf } from '../sequence-wire/generation.ts';
import type { SequenceHeaders } from '../sequence-wire/headers.ts';
import { SequenceHeaderReader } from '../sequence-wire/headers.ts';

/**
 * The header blocks about sequences of `message`, which `raw` was (borrowed). `tape`: scratch, for a new one takes longer than reading does.
 * @throws Fault as `SequenceHeaderReader.take`; `peer.coverage-missing` a number that is there and not proven
 */
export function provenSequenceHeaders(
  message: OpenedMessage,
  raw: Uint8Array,
  policy: Policy,
  tape: Tape,
): SequenceHeaders | undefined {
  const reader = new SequenceHeaderReader(policy.limits);
  if (policy.trustTransport || !policy.requireProof) readAll(raw, policy, tape, reader);
  else
    for (const { role, namespace, bytes } of message.signed) {
      if (role !== 'header' || sequenceVersionOf(namespace) === undefined) continue;
      reader.takeAlone(bytes, tape);
    }
  const headers = reader.done();
  // safety: what must be understood was said to be, so it is acted on, or the message is refused (T86).
  if (headers?.numbered === undefined && message.understoodHeaders.some(isNumber))
    throw new Fault('peer.coverage-missing', { part: 'wsrm:Sequence' });
  return headers;
}

/**
 * What the header of a message (borrowed) says about sequences, proven or not; `undefined` for nothing. Where a policy has
 * {@link SEQUENCE_HEADERS} among `understoodHeaders`, it is proven if `open` took the message.
 * @throws Fault of the scanner; as `SequenceHeaderReader.take`
 */
export function claimedSequenceHeaders(
  raw: Uint8Array,
  policy: Pick<Policy, 'limits' | 'reader'>,
): SequenceHeaders | undefined {
  requireInput(raw, 'raw');
  requireKind(POLICY, policy, 'policy');
  const reader = new SequenceHeaderReader(policy.limits);
  readAll(raw, policy, new Tape(), reader);
  return reader.done();
}

type Reading = Pick<Policy, 'limits' | 'reader'>;

const POLICY: Kind<Reading> = objectWith<Reading>({ limits: LIMITS, reader: oneOf(READERS) });

function isNumber({ namespace, localName }: OpenedMessage['understoodHeaders'][number]): boolean {
  return localName === 'Sequence' && sequenceVersionOf(namespace) !== undefined;
}

function readAll(
  raw: Uint8Array,
  { limits, reader: by }: Pick<Policy, 'limits' | 'reader'>,
  tape: Tape,
  reader: SequenceHeaderReader,
): void {
  readDocument(raw, limits, tape, by);
  const { header } = readEnvelopeShape(tape);
  for (let block = header < 0 ? -1 : firstChild(tape, header); block >= 0; block = nextSibling(tape, block))
    reader.take(tape, block);
}
