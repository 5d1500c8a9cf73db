/** Faults about sequences (WS-RM 1.2 §4): SOAP 1.2 has them in the Body, SOAP 1.1 mostly in a header. */
import type { Tape, XmlWriter } from '@parley/codec';
import {
  firstChild,
  isNamed,
  localName,
  Namespace,
  namesIn,
  namespaceOf,
  nextSibling,
  uriOfPrefix,
} from '@parley/codec/internal';
import type { FaultCode, FaultDetail, Limits } from '@parley/core';
import { soapFaultOf } from '@parley/core';
import type { SoapVersion } from '@parley/engine';
import { SOAP_NAMESPACES, structureInvalid, trimmedText } from '@parley/engine/internal';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import { ENGLISH, FAULT_ACTIONS, FAULT_CODE_11, FAULT_STRING_11, UNSPECIFIED } from '../soap/soap-fault.ts';
import type { SequenceVersion } from './generation.ts';
import { sequenceNames, sequenceNamespace, sequenceVersionOf } from './generation.ts';
import { MESSAGE_NUMBER_MAX } from './message-number.ts';

/** What a fault says about a sequence. */
export interface SequenceFault {
  readonly version: SequenceVersion;
  /** Local name of its code. */
  readonly faultCode: string;
  readonly identifier: string | undefined;
}

const FAULT_CODE = localName('FaultCode');
const IDENTIFIER = localName('Identifier');
const QNAME_BYTES_MAX = 256;

/** wsrm:SequenceFault. @throws Fault `peer.structure-invalid`, `peer.limit-value` */
export function readSequenceFaultHeader(tape: Tape, block: number, limits: Limits): SequenceFault {
  let code: string | undefined;
  let version: SequenceVersion | undefined;
  for (let child = firstChild(tape, block); child >= 0; child = nextSibling(tape, child)) {
    if (!isNamed(tape, child, namespaceOf(tape, block), FAULT_CODE)) continue;
    const text = trimmedText(tape, child, 'wsrm:FaultCode', QNAME_BYTES_MAX, 'textBytesMax');
    const colon = text.indexOf(':');
    version = sequenceVersionOf(uriOfPrefix(tape, child, text.slice(0, Math.max(colon, 0))) ?? '');
    code = text.slice(colon + 1);
  }
  if (code === undefined || version === undefined) throw structureInvalid(tape, block, 'wsrm:FaultCode');
  return { version, faultCode: code, identifier: identifierWithin(tape, block, limits) };
}

/** The first wsrm:Identifier inside `element`: that of a fault's detail. @throws Fault `peer.limit-value`, `peer.structure-invalid` */
export function identifierWithin(tape: Tape, element: number, limits: Limits): string | undefined {
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, Namespace.wsrm, IDENTIFIER) || isNamed(tape, child, Namespace.wsrm05, IDENTIFIER))
      return trimmedText(tape, child, 'wsrm:Identifier', limits.identifierBytesMax);
    const inner = identifierWithin(tape, child, limits);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

const SUBCODE = 'wsrm:';

/** The local name of the code that a peer is told for `code`, if it is one about sequences. */
export function sequenceFaultCode(code: FaultCode): string | undefined {
  const subcode = soapFaultOf(code)?.subcode;
  return subcode?.startsWith(SUBCODE) === true ? subcode.slice(SUBCODE.length) : undefined;
}

export interface SequenceFaultParts {
  readonly code: FaultCode;
  readonly detail: FaultDetail;
  readonly version: SequenceVersion;
  readonly soapVersion: SoapVersion;
  readonly messageId: string;
  readonly relatesTo: string | undefined;
  readonly addressing: AddressingStyle;
}

const SOAP_NAMES = namesIn(SOAP_NAMESPACES, ['Fault', 'Code', 'Subcode', 'Value', 'Reason', 'Text', 'Detail']);
const NAMES = sequenceNames(['SequenceFault', 'FaultCode', 'Detail', 'Identifier', 'MaxMessageNumber']);
const REASON = 'The message does not fit its sequence.';

/**
 * The envelope that tells a peer so; still without protection. Codes are of the generation: what February 2005 has not is
 * SequenceTerminated there.
 */
export function writeSequenceFault(parts: SequenceFaultParts): Uint8Array {
  const { version, soapVersion, addressing, messageId, relatesTo } = parts;
  const local = localCodeOf(parts);
  const isInHeader = soapVersion === '1.1' && local !== 'CreateSequenceRefused' && local !== 'WSRMRequired';
  return writeEnvelope({
    soapVersion,
    addressing,
    action: faultAction(version, addressing),
    messageId,
    relatesTo: relatesTo ?? UNSPECIFIED,
    ...(isInHeader && { headers: (writer: XmlWriter) => writeFaultHeader(writer, parts, local) }),
    body: (writer) =>
      soapVersion === '1.1'
        ? writeBody11(writer, version, isInHeader ? undefined : local)
        : writeBody12(writer, parts, local),
  });
}

const NOT_OF_2005: readonly string[] = ['SequenceClosed', 'WSRMRequired'];

function localCodeOf({ code, version }: Pick<SequenceFaultParts, 'code' | 'version'>): string {
  const local = sequenceFaultCode(code) ?? 'SequenceTerminated';
  if (version === '200502') return NOT_OF_2005.includes(local) ? 'SequenceTerminated' : local;
  return local === 'LastMessageNumberExceeded' ? 'SequenceClosed' : local;
}

function faultAction(version: SequenceVersion, addressing: AddressingStyle): string {
  return version === '200702' ? `${sequenceNamespace(version)}/fault` : FAULT_ACTIONS[addressing.version];
}

function writeFaultHeader(writer: XmlWriter, parts: SequenceFaultParts, local: string): void {
  const names = NAMES[parts.version];
  writer.open(names.SequenceFault).element(names.FaultCode, `r:${local}`);
  if (parts.version === '200702') {
    writer.open(names.Detail);
    writeDetail(writer, parts);
    writer.close();
  } else writeDetail(writer, parts);
  writer.close();
}

function writeBody11(writer: XmlWriter, version: SequenceVersion, local: string | undefined): void {
  writer.open(SOAP_NAMES['1.1'].Fault);
  if (local === undefined) writer.element(FAULT_CODE_11, 's:Client');
  else writer.element(FAULT_CODE_11, `r:${local}`, [], [NAMES[version].Identifier.namespace]);
  writer.element(FAULT_STRING_11, REASON).close();
}

function writeBody12(writer: XmlWriter, parts: SequenceFaultParts, local: string): void {
  const names = SOAP_NAMES['1.2'];
  const { namespace } = NAMES[parts.version].Identifier;
  writer.open(names.Fault).open(names.Code).element(names.Value, 's:Sender');
  writer.open(names.Subcode).element(names.Value, `r:${local}`, [], [namespace]).close().close();
  writer.open(names.Reason).element(names.Text, REASON, ENGLISH).close();
  writer.open(names.Detail);
  writeDetail(writer, parts);
  writer.close().close();
}

function writeDetail(writer: XmlWriter, { code, detail, version }: SequenceFaultParts): void {
  const names = NAMES[version];
  const { sequence } = detail;
  if (typeof sequence === 'string') writer.element(names.Identifier, sequence);
  if (code === 'peer.sequence-rollover' && version === '200702')
    writer.element(names.MaxMessageNumber, String(MESSAGE_NUMBER_MAX));
}
