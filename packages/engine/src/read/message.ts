/** All that is read of a message before any key is touched. */

import type { Tape } from '@parley/codec';
import { checkIds, parentOf } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { invariant } from '@parley/core/internal';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { Timestamp } from '../claims/timestamp.ts';
import { readTimestamp } from '../claims/timestamp.ts';
import { namedAssertion } from '../claims/token-reference.ts';
import type { PartRole } from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import { readAssertion } from '../saml/assertion.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { SecurityHeader } from './security-header.ts';
import { emptyHeader, readSecurityHeader } from './security-header.ts';
import type { EnvelopeShape, SoapEnvelope } from './soap-envelope.ts';
import { isMandatory, readEnvelopeShape, readHeaderBlocks, securityRoles } from './soap-envelope.ts';
import { isTokenCopy } from './token-copy.ts';
import { unprovedFault } from './unproved-fault.ts';

export interface MessageClaims {
  readonly tape: Tape;
  readonly envelope: SoapEnvelope;
  readonly security: SecurityHeader;
  readonly timestamp: Timestamp | undefined;
  /** Those of the Security header, in its order. */
  readonly assertions: readonly AssertionClaim[];
}

/**
 * Reads a scanned message: shape first, then Ids, then header blocks, then the Security header.
 *
 * @throws Fault `peer.structure-invalid`, `peer.soap-version-mismatch`, `peer.id-duplicate`, `peer.must-understand`,
 * `peer.security-header-missing`, `peer.timestamp-invalid`, `peer.limit-tokens`, `peer.limit-signatures`, and what
 * reading an assertion throws.
 */
export function readMessage(tape: Tape, policy: Policy): MessageClaims {
  const shape = readShape(tape, policy);
  const { role, understoodHeaders } = policy;
  const { headerBlocksMax } = policy.limits;
  const envelope = readHeaderBlocks(tape, shape, { refuseUnknown: true, role, understoodHeaders, headerBlocksMax });
  if (envelope.security < 0) {
    // interop: under TLS, WCF leaves the header out. Where nothing has to be in it, nothing is missing.
    if (policy.requireProof || policy.requireTimestamp || policy.requireMustUnderstand)
      throw securityMissing(tape, shape);
    return { tape, envelope, security: emptyHeader(-1), timestamp: undefined, assertions: [] };
  }
  if (policy.requireMustUnderstand && !isMandatory(tape, envelope.security, envelope.soap)) {
    throw structureInvalid(
      tape,
      envelope.security,
      'wsse:Security that a receiver may pass over',
      'requireMustUnderstand',
    );
  }
  const security = readSecurityHeader(tape, envelope.security, policy);
  const timestamp = security.timestamp < 0 ? undefined : readTimestamp(tape, security.timestamp);
  const assertions = security.assertions.map((element) => readAssertion(tape, element, policy));
  for (const reference of security.tokenReferences) {
    if (!security.assertions.includes(namedAssertion(tape, reference, policy)))
      throw structureInvalid(tape, reference, 'an unknown child of wsse:Security');
  }
  return { tape, envelope, security, timestamp, assertions };
}

const ROLES_MAX = 4;
const ROLE_CHARACTERS_MAX = 128;

/** Names whom the Security headers are for that there are. */
function securityMissing(tape: Tape, shape: EnvelopeShape): Fault {
  const roles = securityRoles(tape, shape)
    .slice(0, ROLES_MAX)
    .map((role) => role.slice(0, ROLE_CHARACTERS_MAX));
  const others = roles.length === 0 ? {} : { reason: 'for others only', roles: roles.join(', '), option: 'role' };
  return new Fault('peer.security-header-missing', { ...others, ...unprovedFault(tape, shape) });
}

/**
 * The claims of a message that differs from that of `claims` only inside its Body: all of them stand before, octet by octet.
 *
 * @throws Fault `peer.structure-invalid`, `peer.id-duplicate`
 */
export function withOtherBody(claims: MessageClaims, tape: Tape, policy: Policy): MessageClaims {
  const { header, body } = readShape(tape, policy);
  const { envelope, security, timestamp, assertions } = claims;
  invariant(header === envelope.header && body === envelope.body, 'what stands before the Body is as it was');
  return { tape, envelope, security, timestamp, assertions };
}

/** What concerns the document as a whole. */
function readShape(tape: Tape, policy: Policy): EnvelopeShape {
  const shape = readEnvelopeShape(tape);
  if (tape.commentCount > 0 && !policy.allowComments) {
    throw refusedBy('allowComments', 'peer.structure-invalid', { reason: 'a comment', offset: tape.firstComment });
  }
  checkMessageIds(tape, shape, policy);
  return shape;
}

/** What decides which Ids a message may have. */
export type IdPolicy = Pick<
  Policy,
  'requireUniqueForeignIds' | 'allowUnqualifiedIds' | 'allowSeveralIds' | 'allowTokenCopy'
>;

/**
 * Settles which Ids the references of a message can mean, as the policy says.
 * @throws Fault `peer.id-duplicate`, `peer.structure-invalid`, `peer.limit-nodes`
 */
export function checkMessageIds(tape: Tape, shape: EnvelopeShape, policy: IdPolicy): void {
  const rules = {
    foreign: policy.requireUniqueForeignIds ? 'unique' : 'ignored',
    unqualified: policy.allowUnqualifiedIds,
    several: policy.allowSeveralIds,
  } as const;
  const isCopy = (original: number, copy: number): boolean => isTokenCopy(tape, shape, original, copy);
  checkIds(tape, rules, { isCopy, isAllowed: policy.allowTokenCopy, option: 'allowTokenCopy' });
}

/**
 * The part of the message that `element` is, or `undefined` where no part of a message stands: a signature over
 * something there proves nothing about the message (T01-T04).
 */
export function roleOf(claims: MessageClaims, element: number): PartRole | undefined {
  const { envelope, security } = claims;
  if (element === envelope.body) return 'body';
  if (element === security.timestamp) return 'timestamp';
  if (security.signatures.includes(element)) return 'signature';
  if (isChildOf(claims.tape, element, envelope.header)) return element === envelope.security ? undefined : 'header';
  if (envelope.encryptedHeaders.includes(element)) return 'header';
  if (security.signatureConfirmations.includes(element)) return 'confirmation';
  return isToken(security, element) ? 'token' : undefined;
}

function isChildOf(tape: Tape, element: number, parent: number): boolean {
  return parent >= 0 && parentOf(tape, element) === parent;
}

function isToken(security: SecurityHeader, element: number): boolean {
  return (
    element === security.securityContextToken ||
    security.derivedKeyTokens.includes(element) ||
    security.otherTokens.includes(element) ||
    security.assertions.includes(element) ||
    security.encryptedData.includes(element) ||
    security.encryptedKeys.includes(element)
  );
}
