/** Header blocks about sequences, as we write them. */
import type { Attribute, XmlWriter } from '@parley/codec';
import { UNQUALIFIED } from '@parley/codec/internal';
import type { SoapVersion } from '@parley/engine';
import { SOAP } from '@parley/engine/internal';
import type { SequenceVersion } from './generation.ts';
import { NETRM, sequenceNames } from './generation.ts';
import type { Acknowledgement, Numbered } from './headers.ts';

/** What the header of one message is to say. */
export interface SequenceHeaderParts {
  readonly version: SequenceVersion;
  readonly soapVersion: SoapVersion;
  readonly numbered?: Numbered | undefined;
  readonly ackRequested?: string | undefined;
  readonly acknowledgements?: readonly Acknowledgement[] | undefined;
  /** UsesSequenceSTR. */
  readonly usesToken?: boolean | undefined;
}

const NAMES = sequenceNames([
  'Sequence',
  'Identifier',
  'MessageNumber',
  'LastMessage',
  'AckRequested',
  'SequenceAcknowledgement',
  'AcknowledgementRange',
  'None',
  'Final',
  'Nack',
  'UsesSequenceSTR',
]);
const BUFFER_REMAINING = NETRM.name('BufferRemaining');
const LOWER = UNQUALIFIED.name('Lower');
const UPPER = UNQUALIFIED.name('Upper');

/** Writes them, in the order that WCF has. */
export function writeSequenceHeaders(writer: XmlWriter, parts: SequenceHeaderParts): void {
  const { version, soapVersion, numbered, ackRequested, acknowledgements = [], usesToken = false } = parts;
  const names = NAMES[version];
  const mandatory: readonly Attribute[] = [[SOAP[soapVersion].mustUnderstand, '1']];
  if (usesToken) writer.element(names.UsesSequenceSTR, '', mandatory);
  for (const acknowledgement of acknowledgements) writeAcknowledgement(writer, version, acknowledgement);
  if (numbered !== undefined) {
    writer.open(names.Sequence, mandatory).element(names.Identifier, numbered.identifier);
    writer.element(names.MessageNumber, String(numbered.number));
    if (numbered.isLast && version === '200502') writer.element(names.LastMessage, '');
    writer.close();
  }
  if (ackRequested !== undefined) writer.open(names.AckRequested).element(names.Identifier, ackRequested).close();
}

function writeAcknowledgement(writer: XmlWriter, version: SequenceVersion, acknowledgement: Acknowledgement): void {
  const { identifier, ranges, nacks, isFinal, bufferRemaining } = acknowledgement;
  // spec: February 2005 has no None, so that there is nothing to say.
  if (version === '200502' && ranges.length === 0 && nacks.length === 0) return;
  const names = NAMES[version];
  writer.open(names.SequenceAcknowledgement).element(names.Identifier, identifier);
  for (const nack of nacks) writer.element(names.Nack, String(nack));
  if (nacks.length === 0) {
    for (const { lower, upper } of ranges)
      writer.element(names.AcknowledgementRange, '', [
        [LOWER, String(lower)],
        [UPPER, String(upper)],
      ]);
    if (ranges.length === 0) writer.element(names.None, '');
    if (isFinal && version === '200702') writer.element(names.Final, '');
  }
  if (bufferRemaining !== undefined) writer.element(BUFFER_REMAINING, String(bufferRemaining));
  writer.close();
}
