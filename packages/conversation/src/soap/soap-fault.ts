/** SOAP faults (protocol: §6.2, §1.12): ours are coarse on purpose; those of peers become our codes. */

import type { Attribute, QualifiedName, Tape, XmlWriter } from '@parley/codec';
import { NamespaceBinding } from '@parley/codec';
import {
  firstChild,
  isNamed,
  localName,
  Namespace,
  namesIn,
  namespaceOf,
  nextSibling,
  scan,
  textOf,
  UNQUALIFIED,
  uriOfPrefix,
} from '@parley/codec/internal';
import type { FaultCode, Limits, SoapFault, Version } from '@parley/core';
import { FAULT_CODES, soapFaultOf } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { oneOf, optional, requireOptions, shapeOf, TEXT, VERSION_URIS } from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import { bound, SOAP_NAMESPACES } from '@parley/engine/internal';
import type { AddressingStyle } from './addressing-style.ts';
import { ADDRESSING_STYLE } from './addressing-style.ts';
import { writeEnvelope } from './envelope-writer.ts';

/** wsa:Action of faults. */
export const FAULT_ACTIONS: Readonly<Record<AddressingStyle['version'], string>> = {
  '1.0': 'http://www.w3.org/2005/08/addressing/soap/fault',
  '2004/08': 'http://schemas.xmlsoap.org/ws/2004/08/addressing/fault',
};

// safety: fixed texts. What precisely failed is for our own log.
const REASONS: Readonly<Record<SoapFault['code'], string>> = {
  Sender: 'The message was refused.',
  Receiver: 'The message could not be processed.',
  VersionMismatch: 'The version of SOAP is not supported.',
  MustUnderstand: 'A mandatory header was not understood.',
};
/** RelatesTo of an answer to a message that has no MessageID. */
export const UNSPECIFIED = 'http://www.w3.org/2005/08/addressing/unspecified';
const RECEIVER: SoapFault = { code: 'Receiver' };
const SOAP11_CODES = {
  Sender: 'Client',
  Receiver: 'Server',
  VersionMismatch: 'VersionMismatch',
  MustUnderstand: 'MustUnderstand',
} as const;

export interface FaultReplyParts {
  readonly code: FaultCode;
  readonly soapVersion: SoapVersion;
  /** Generation of the trust and conversation prefixes. */
  readonly version: Version;
  readonly messageId: string;
  /** MessageID of the refused message, if it had one. */
  readonly relatesTo: string | undefined;
  /** Default: WS-Addressing 1.0, to be understood. */
  readonly addressing?: AddressingStyle | undefined;
}

const PARTS: Kind<FaultReplyParts> = shapeOf<FaultReplyParts>({
  code: oneOf(FAULT_CODES),
  soapVersion: oneOf(['1.1', '1.2']),
  version: oneOf(['200512', '200502']),
  messageId: TEXT,
  relatesTo: optional(TEXT),
  addressing: optional(ADDRESSING_STYLE),
});

/**
 * The envelope that answers a refused message: no Security header, no detail, one text per SOAP code.
 * @throws Fault `caller.option-invalid`
 */
export function writeFaultReply(parts: FaultReplyParts): Uint8Array {
  requireOptions(PARTS, parts, 'parts');
  const fault = soapFaultOf(parts.code) ?? RECEIVER;
  return writeEnvelope({
    soapVersion: parts.soapVersion,
    action: FAULT_ACTIONS[parts.addressing?.version ?? '1.0'],
    addressing: parts.addressing,
    messageId: parts.messageId,
    relatesTo: parts.relatesTo ?? UNSPECIFIED,
    body: (writer) =>
      parts.soapVersion === '1.1'
        ? writeFault11(writer, fault, parts.version)
        : writeFault12(writer, fault, parts.version),
  });
}

const NAMES = namesIn(SOAP_NAMESPACES, ['Fault', 'Code', 'Subcode', 'Value', 'Reason', 'Text']);
export const FAULT_CODE_11: QualifiedName = UNQUALIFIED.name('faultcode');
export const FAULT_STRING_11: QualifiedName = UNQUALIFIED.name('faultstring');
/** Of a Text in SOAP 1.2. */
export const ENGLISH: readonly Attribute[] = [[bound('xml', Namespace.xml).name('lang'), 'en']];
const WSSE_IN_FAULTS = bound('wsse', Namespace.wsse);
const WSA_IN_FAULTS = bound('wsa', Namespace.wsa);
const WSRM_IN_FAULTS = { '200512': bound('wsrm', Namespace.wsrm), '200502': bound('wsrm', Namespace.wsrm05) } as const;

function writeFault11(writer: XmlWriter, fault: SoapFault, version: Version): void {
  writer.open(NAMES['1.1'].Fault);
  if (fault.subcode === undefined) writer.element(FAULT_CODE_11, `s:${SOAP11_CODES[fault.code]}`);
  else writer.element(FAULT_CODE_11, fault.subcode, [], [namespaceOfCode(fault.subcode, version)]);
  // spec: SOAP 1.1's schema gives faultstring no xml:lang.
  writer.element(FAULT_STRING_11, REASONS[fault.code]).close();
}

function writeFault12(writer: XmlWriter, fault: SoapFault, version: Version): void {
  const names = NAMES['1.2'];
  writer.open(names.Fault).open(names.Code).element(names.Value, `s:${fault.code}`);
  if (fault.subcode !== undefined) {
    writer.open(names.Subcode);
    writer.element(names.Value, fault.subcode, [], [namespaceOfCode(fault.subcode, version)]).close();
  }
  writer.close().open(names.Reason).element(names.Text, REASONS[fault.code], ENGLISH).close().close();
}

/** What the prefix of a subcode means; it stands in the text, where only a reader of QNames looks for it. */
function namespaceOfCode(subcode: string, version: Version): NamespaceBinding {
  const prefix = subcode.slice(0, subcode.indexOf(':'));
  switch (prefix) {
    case 'wsse':
      return WSSE_IN_FAULTS;
    case 'wsa':
      return WSA_IN_FAULTS;
    case 'wsrm':
      return WSRM_IN_FAULTS[version];
    case 'wst':
      return new NamespaceBinding(prefix, VERSION_URIS[version].trust);
    default:
      return new NamespaceBinding(prefix, VERSION_URIS[version].conversation);
  }
}

const FAULT = localName('Fault');
const FAULT_CODE = localName('faultcode');
const CODE = localName('Code');
const SUBCODE = localName('Subcode');
const VALUE = localName('Value');
const QNAME_CHARACTERS_MAX = 128;

/** The Fault in a Body, or -1. */
export function faultElement(tape: Tape, body: number): number {
  const child = firstChild(tape, body);
  return child >= 0 && isNamed(tape, child, namespaceOf(tape, body), FAULT) ? child : -1;
}

/** What a fault of a peer says: the most specific code of it. */
export interface PeerFault {
  readonly faultCode: string;
  readonly faultNamespace: string;
}

/** The fault in a proven Body (borrowed), if there is one. `tape`: scratch. @throws Fault of the scanner */
export function readFaultIn(body: Uint8Array, limits: Limits, tape: Tape): PeerFault | undefined {
  scan(body, limits, tape);
  const fault = faultElement(tape, 0);
  return fault < 0 ? undefined : peerFaultOf(tape, fault);
}

/** What the Fault `fault` says. Texts and details of the peer are left out: they are nobody's to trust. */
export function peerFaultOf(tape: Tape, fault: number): PeerFault {
  const soap = namespaceOf(tape, fault);
  const value =
    soap === Namespace.soap11 ? childNamed(tape, fault, Namespace.none, FAULT_CODE) : fault12Value(tape, fault, soap);
  const text = value < 0 ? '' : textOf(tape, value).trim().slice(0, QNAME_CHARACTERS_MAX);
  const colon = text.indexOf(':');
  return {
    faultCode: text === '' ? 'unknown' : text.slice(colon + 1),
    faultNamespace: (colon < 0 ? undefined : uriOfPrefix(tape, value, text.slice(0, colon))) ?? 'unknown',
  };
}

function fault12Value(tape: Tape, fault: number, soap: number): number {
  const code = childNamed(tape, fault, soap, CODE);
  if (code < 0) return -1;
  const subcode = childNamed(tape, code, soap, SUBCODE);
  return childNamed(tape, subcode < 0 ? code : subcode, soap, VALUE);
}

function childNamed(tape: Tape, element: number, namespace: number, local: Uint8Array): number {
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, namespace, local)) return child;
  }
  return -1;
}
