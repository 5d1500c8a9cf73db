/** What asks for sequences and ends them: bodies, as we write them. */
import type { XmlWriter } from '@parley/codec';
import { Namespace, namesIn } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { bound, writeContextReference } from '@parley/engine/internal';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import { durationText } from './duration.ts';
import type { SequenceAction, SequenceVersion } from './generation.ts';
import { sequenceNames } from './generation.ts';
import type { CreateSequence, CreateSequenceResponse, SequenceEnd } from './messages.ts';

const NAMES = sequenceNames([
  'CreateSequence',
  'CreateSequenceResponse',
  'CloseSequence',
  'CloseSequenceResponse',
  'TerminateSequence',
  'TerminateSequenceResponse',
  'AcksTo',
  'Expires',
  'Offer',
  'Identifier',
  'Endpoint',
  'IncompleteSequenceBehavior',
  'Accept',
  'LastMsgNumber',
]);
const ADDRESS = namesIn({ '1.0': bound('a', Namespace.wsa), '2004/08': bound('a', Namespace.wsa04) }, ['Address']);

/** In which words a body is written. */
export interface SequenceStyle {
  readonly version: SequenceVersion;
  readonly addressing: AddressingStyle['version'];
}

/** Writes wsrm:CreateSequence into a Body; `contextVersion` is the generation of the context that its token is. */
export function writeCreateSequence(
  writer: XmlWriter,
  { version, addressing }: SequenceStyle,
  { acksTo, lifetimeMs, offer, token }: CreateSequence,
  contextVersion: Version,
): void {
  const names = NAMES[version];
  const address = ADDRESS[addressing].Address;
  writer.open(names.CreateSequence).open(names.AcksTo).element(address, acksTo).close();
  if (lifetimeMs !== undefined) writer.element(names.Expires, durationText(lifetimeMs));
  if (offer !== undefined) {
    writer.open(names.Offer).element(names.Identifier, offer.identifier);
    // spec: 1.1 wants it, 2005/02 does not have it.
    if (version === '200702')
      writer
        .open(names.Endpoint)
        .element(address, offer.endpoint ?? acksTo)
        .close();
    if (offer.lifetimeMs !== undefined) writer.element(names.Expires, durationText(offer.lifetimeMs));
    if (version === '200702') writer.element(names.IncompleteSequenceBehavior, offer.incomplete);
    writer.close();
  }
  if (typeof token === 'object') writeContextReference(writer, contextVersion, token);
  writer.close();
}

/** Writes wsrm:CreateSequenceResponse. */
export function writeCreateSequenceResponse(
  writer: XmlWriter,
  { version, addressing }: SequenceStyle,
  { identifier, lifetimeMs, incomplete, accept }: CreateSequenceResponse,
): void {
  const names = NAMES[version];
  writer.open(names.CreateSequenceResponse).element(names.Identifier, identifier);
  if (lifetimeMs !== undefined) writer.element(names.Expires, durationText(lifetimeMs));
  if (version === '200702' && incomplete !== 'NoDiscard') writer.element(names.IncompleteSequenceBehavior, incomplete);
  if (accept !== undefined)
    writer.open(names.Accept).open(names.AcksTo).element(ADDRESS[addressing].Address, accept.acksTo).close().close();
  writer.close();
}

/** Writes what ends a sequence, or says that it has ended. */
export function writeSequenceEnd(
  writer: XmlWriter,
  version: SequenceVersion,
  action: Extract<SequenceAction, `${'Close' | 'Terminate'}${string}`>,
  { identifier, lastNumber }: SequenceEnd,
): void {
  const names = NAMES[version];
  writer.open(names[action]).element(names.Identifier, identifier);
  if (lastNumber !== undefined && version === '200702' && !action.endsWith('Response'))
    writer.element(names.LastMsgNumber, String(lastNumber));
  writer.close();
}
