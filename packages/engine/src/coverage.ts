/** Whether what must be signed and encrypted is: by element, never by name or Id (T01-T08). */
import { Fault } from '@parley/core';
import type { DecryptedPart } from './decrypt-parts.ts';
import type { Policy } from './policy.ts';
import { endOf, isWithin, startOf, structureInvalid } from './read/claim.ts';
import type { MessageClaims } from './read/message.ts';
import { ADDRESSING_NAMES, Addressing } from './read/soap-envelope.ts';
import type { PlannedSignature } from './verify-signatures.ts';

/**
 * Checks coverage before any cryptography: a message that would not do even if all its signatures were right.
 * @throws Fault `peer.coverage-missing`; `peer.structure-invalid` an unknown element in the Security header.
 */
export function requireCoverage(claims: MessageClaims, signatures: readonly PlannedSignature[], policy: Policy): void {
  const { envelope, security } = claims;
  const isSigned = (element: number): boolean =>
    signatures.some(({ references }) => references.some((reference) => reference.target === element));
  if (signatures.length === 0) throw missing('ds:Signature');
  // spec: WSS §3.3, a Timestamp beside a signature is signed by it, whether it is asked for or not.
  if (security.timestamp < 0 ? policy.requireTimestamp : !isSigned(security.timestamp)) throw missing('wsu:Timestamp');
  if (policy.requireSignedBody && !isSigned(envelope.body)) throw missing('soap:Body');
  for (const name of policy.requiredHeaders) {
    const header = envelope.addressing[Addressing[name]]!;
    if (header < 0 || !isSigned(header)) throw missing(`wsa:${name}`);
  }
  if (policy.requireSignedAddressing) {
    for (const [place, header] of envelope.addressing.entries()) {
      if (header >= 0 && !isSigned(header)) throw missing(`wsa:${ADDRESSING_NAMES[place]}`);
    }
  }
  if (security.unknown >= 0) throw structureInvalid(claims.tape, security.unknown, 'an unknown child of wsse:Security');
}

/**
 * Checks that what the policy wants endorsed is: every endorsing signature is over every other one.
 * @throws Fault `peer.coverage-missing`
 */
export function requireEndorsement(
  signatures: readonly PlannedSignature[],
  endorsing: readonly PlannedSignature[],
  policy: Policy,
): void {
  if (policy.endorsedBy.length === 0) return;
  if (endorsing.length === 0) throw missing('endorsing ds:Signature');
  const isOver = ({ references }: PlannedSignature, { claim }: PlannedSignature): boolean =>
    references.some(({ target }) => target === claim.element);
  if (!endorsing.every((over) => signatures.every((signature) => isOver(over, signature))))
    throw missing('endorsed ds:Signature');
}

/**
 * Checks that what was decrypted lies inside what was signed, and that the Body was encrypted if it must be.
 * `claims` are those of the document in which the parts' plaintext (or, signed after encryption, ciphertext) stands.
 *
 * @throws Fault `peer.coverage-missing`
 */
export function requireSignedPlaintext(
  claims: MessageClaims,
  signatures: readonly PlannedSignature[],
  parts: readonly DecryptedPart[],
  policy: Policy,
): void {
  if (!policy.requireSignedEncryption) return;
  for (const part of parts) {
    // A decrypted signature that verifies needs nobody else's word.
    if (part.role === 'signature' && claims.security.signatures.includes(part.element)) continue;
    const covered = signatures.some(({ references }) =>
      references.some(
        ({ target }) => startOf(claims.tape, target) <= part.start && part.end <= endOf(claims.tape, target),
      ),
    );
    if (!covered) throw missing('encrypted data');
  }
}

/** The same for parts that were encrypted first and signed as ciphertext. */
export function requireSignedCiphertext(
  claims: MessageClaims,
  signatures: readonly PlannedSignature[],
  elements: readonly number[],
  policy: Policy,
): void {
  if (!policy.requireSignedEncryption) return;
  for (const element of elements) {
    const covered = signatures.some(({ references }) =>
      references.some(({ target }) => isWithin(claims.tape, element, target)),
    );
    if (!covered) throw missing('encrypted data');
  }
}

function missing(part: string): Fault {
  return new Fault('peer.coverage-missing', { part });
}
