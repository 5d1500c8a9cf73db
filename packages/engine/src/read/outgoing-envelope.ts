/** What of an envelope that is to go out nobody could take back: `open` refuses it whatever its policy allows. */

import type { Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, firstChild } from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { isEncryptedData } from '../claims/encrypted-data.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import { requireReadable } from './addressing.ts';
import { checkMessageIds } from './message.ts';
import { readSecurityHeader } from './security-header.ts';
import type { SoapEnvelope } from './soap-envelope.ts';

/** What the most lenient of policies takes: of what is refused with an option, the receiver decides. */
const LENIENT_IDS = {
  requireUniqueForeignIds: false,
  allowUnqualifiedIds: false,
  allowSeveralIds: true,
  allowTokenCopy: true,
} as const;
const LENIENT_HEADER = {
  limits: DEFAULT_LIMITS,
  keyTransports: ['rsa-oaep-mgf1p'],
  keyWraps: [],
  confirmations: ['bearer'],
} as const;

/**
 * A Security header may bring tokens along. What `seal` itself writes must not be there, nor what receivers would take for ours
 * or know nothing of.
 *
 * @throws Fault `caller.envelope-invalid` it is secured; `peer.id-duplicate` a wsu:Id twice; `peer.structure-invalid` anything else
 */
export function requireUnsecured(tape: Tape, envelope: SoapEnvelope): void {
  checkMessageIds(tape, envelope, LENIENT_IDS);
  requireReadable(tape, envelope);
  if (envelope.security >= 0) requireTokens(tape, envelope.security);
  const content = firstChild(tape, envelope.body);
  const encrypted = [...envelope.encryptedHeaders];
  if (content >= 0 && isEncryptedData(tape, content)) encrypted.push(content);
  for (const element of encrypted) throw structureInvalid(tape, element, 'encrypted already, which no list would name');
}

function requireTokens(tape: Tape, element: number): void {
  const header = readSecurityHeader(tape, element, LENIENT_HEADER);
  if (header.timestamp >= 0 || header.signatures.length > 0)
    throw new Fault('caller.envelope-invalid', { reason: 'it is secured already' });
  const foreign = [...header.referenceLists, ...header.encryptedData, ...header.signatureConfirmations];
  // A context goes along by what the request says of it, and no receiver takes two.
  foreign.push(...[header.securityContextToken, header.unknown].filter((child) => child >= 0));
  if (header.assertions.length === 0) foreign.push(...header.tokenReferences);
  for (const child of foreign) throw structureInvalid(tape, child, 'no token that wsse:Security may bring along');
}

/**
 * Checks that nothing in `element`, or of it, is encrypted, before it is itself.
 * @throws Fault `peer.structure-invalid`: receivers decrypt once (`peer.limit-enc-depth`)
 */
export function requireNothingEncrypted(tape: Tape, element: number): void {
  const end = tape.elements[element * ELEMENT_WORDS + E.next]!;
  for (let inner = element; inner < end; inner++)
    if (isEncryptedData(tape, inner))
      throw structureInvalid(tape, inner, 'encrypted already, in what is to be encrypted');
}
