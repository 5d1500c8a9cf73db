/** WS-Addressing as a security matter (§6.1, T60-T62): where a message may go, and where its answer may. */

import type { Tape } from '@parley/codec';
import {
  bytesEqual,
  firstChild,
  isNamed,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
} from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { printable } from '@parley/core/internal';
import { trimmedOctets, trimmedText } from '../claims/claim.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import { Addressing } from '../message/addressing-names.ts';
import type { AddressingClaims } from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { SoapEnvelope } from './soap-envelope.ts';

const ADDRESS = localName('Address');
const HARMLESS_ADDRESSES = [
  'http://www.w3.org/2005/08/addressing/anonymous',
  'http://www.w3.org/2005/08/addressing/none',
  'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous',
].map(localName);
/** Where an answer goes. */
const ANSWERED = [Addressing.ReplyTo, Addressing.FaultTo];
/** Longest address that an answer may go to, whatever the limits. */
export const ADDRESS_BYTES_MAX = 4096;
const ANY_LENGTH = { limits: { identifierBytesMax: Number.MAX_SAFE_INTEGER } };

/**
 * Reads the headers for which `isBelieved` holds (signed, or left to the transport by the policy).
 * @throws Fault `peer.limit-value`, `peer.structure-invalid`
 */
export function readAddressing(
  tape: Tape,
  envelope: SoapEnvelope,
  isBelieved: (element: number) => boolean,
  { limits: { identifierBytesMax } }: Readable,
): AddressingClaims {
  const value = (place: number): string | undefined => {
    const element = envelope.addressing[place]!;
    if (element < 0 || !isBelieved(element)) return undefined;
    const text = trimmedText(tape, element, 'wsa header', identifierBytesMax);
    if (text === '') throw structureInvalid(tape, element, 'an empty wsa header');
    return text;
  };
  return {
    action: value(Addressing.Action),
    messageId: absoluteIri(tape, envelope.addressing[Addressing.MessageID]!, value(Addressing.MessageID)),
    to: value(Addressing.To),
    relatesTo: value(Addressing.RelatesTo),
  };
}

/** What of a policy decides how headers are read. */
interface Readable {
  readonly limits: Pick<Policy['limits'], 'identifierBytesMax'>;
}

/**
 * Checks what every policy demands: of headers that nobody signed, too, which may speak against a message.
 * @throws Fault `peer.limit-value`, `peer.structure-invalid`
 */
export function requireReadable(tape: Tape, envelope: SoapEnvelope): void {
  readAddressing(tape, envelope, () => true, ANY_LENGTH);
  for (const address of answerAddresses(tape, envelope)) addressText(tape, address);
}

const ABSOLUTE_IRI = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;

/** spec: WS-Addressing 1.0 Core §3.1, an absolute IRI; Metro's `uuid:…` is one. */
export function isAbsoluteIri(text: string): boolean {
  return ABSOLUTE_IRI.test(text);
}

function absoluteIri(tape: Tape, element: number, text: string | undefined): string | undefined {
  if (text !== undefined && !isAbsoluteIri(text))
    throw structureInvalid(tape, element, 'wsa:MessageID is no absolute IRI');
  return text;
}

/**
 * Checks the values against the policy and the transport.
 * @throws Fault `peer.addressing-mismatch` not for this endpoint; `peer.addressing-forbidden` an answer would go to a
 * stranger; `peer.action-mismatch` the transport names another action.
 */
export function requireAddressing(
  tape: Tape,
  envelope: SoapEnvelope,
  values: AddressingClaims,
  soapAction: string | undefined,
  policy: Policy,
): void {
  requireEndpoint(values, policy);
  for (const address of answerAddresses(tape, envelope))
    if (!isHarmless(tape, address) && !policy.replyAddresses.includes(addressText(tape, address)))
      throw refusedBy('replyAddresses', 'peer.addressing-forbidden');
  requireAction(values, soapAction);
}

/**
 * The same of a message whose answer goes where it was allowed to go before.
 * @throws Fault `peer.addressing-mismatch`, `peer.action-mismatch`
 */
export function requireExpected(values: AddressingClaims, soapAction: string | undefined, policy: Policy): void {
  requireEndpoint(values, policy);
  requireAction(values, soapAction);
}

function requireEndpoint({ to }: AddressingClaims, { endpointAddress }: Policy): void {
  if (endpointAddress !== undefined && to !== undefined && to !== endpointAddress)
    throw refusedBy('endpointAddress', 'peer.addressing-mismatch', { header: 'To', wanted: endpointAddress });
}

function requireAction({ action }: AddressingClaims, soapAction: string | undefined): void {
  const named = soapAction === undefined ? '' : unquoted(soapAction.trim());
  if (named !== '' && action !== undefined && named !== action)
    throw new Fault('peer.action-mismatch', { soapAction: printable(named) });
}

/** Every wsa:Address of ReplyTo and FaultTo. */
function answerAddresses(tape: Tape, { addressing }: SoapEnvelope): readonly number[] {
  const found: number[] = [];
  for (const place of ANSWERED) {
    const endpoint = addressing[place]!;
    if (endpoint < 0) continue;
    const namespace = namespaceOf(tape, endpoint) === Namespace.wsa ? Namespace.wsa : Namespace.wsa04;
    for (let child = firstChild(tape, endpoint); child >= 0; child = nextSibling(tape, child))
      if (isNamed(tape, child, namespace, ADDRESS)) found.push(child);
  }
  return found;
}

function addressText(tape: Tape, address: number): string {
  return trimmedText(tape, address, 'wsa:Address', ADDRESS_BYTES_MAX, 'textBytesMax');
}

// Literal comparison: an address is never normalised, parsed or connected to.
function isHarmless(tape: Tape, address: number): boolean {
  const { bytes, start, end } = trimmedOctets(tape, address, 'wsa:Address');
  return HARMLESS_ADDRESSES.some((octets) => bytesEqual(bytes, start, end, octets));
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
