/** Verified parts -> the answer of `open`. Besides `templates/known-answer.ts`, the only place that makes an {@link OpenedMessage}. */

import type { Tape } from '@parley/codec';
import { NAMESPACE_URIS } from '@parley/codec';
import { canonicalise, localNameOf, Namespace, namespaceOf, namespaceUriOf } from '@parley/codec/internal';
import { encodeBase64 } from '@parley/core/internal';
import { isTokenReference } from '../claims/token-reference.ts';
import { keyUseOf, symmetricKeyUseOf } from '../keys/resolved-key.ts';
import type { VerifiedAssertion } from '../keys/verified-assertion.ts';
import { notOnOrAfterMs } from '../keys/verify-assertion.ts';
import type { Workspace } from '../memory/workspace.ts';
import { ADDRESSING_NAMES, Addressing } from '../message/addressing-names.ts';
import type {
  AddressingClaims,
  AuthenticatedUser,
  BearerContext,
  EncryptedPart,
  KeyUse,
  OpenedAssertion,
  OpenedMessage,
  PartRole,
  SignedPart,
  UnderstoodHeader,
} from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import type { DecryptedMessage, DecryptedPart } from './decrypt-parts.ts';
import { freshUntilMs } from './freshness.ts';
import { contextReplayKey, digestOf, signatureReplayKey } from './replay-key.ts';
import type { VerifiedPart, VerifiedSignature } from './verify-signatures.ts';

export interface Proof {
  /** Of the document that the signatures cover. */
  readonly signedClaims: MessageClaims;
  /** Of the document in which everything is plaintext. */
  readonly claims: MessageClaims;
  /** Elements of {@link claims} that are signed. */
  readonly signed: ReadonlySet<number>;
  readonly verified: readonly VerifiedPart[];
  readonly assertions: readonly VerifiedAssertion[];
  readonly decrypted: DecryptedMessage;
  readonly addressing: AddressingClaims;
  readonly claimedAddressing: AddressingClaims | undefined;
  readonly bearerContext: BearerContext | undefined;
  readonly user: AuthenticatedUser | undefined;
  readonly signatureConfirmed: boolean;
  readonly policy: Policy;
  readonly workspace: Workspace;
  readonly borrow: boolean;
}

/** Makes the answer. Without `borrow`, its octets are copied out of the workspace. */
export function handOver(proof: Proof): OpenedMessage {
  const { signedClaims, claims, verified, decrypted, addressing, workspace } = proof;
  const { sink } = workspace;
  const bodyPart = claims === signedClaims ? verified.find((part) => part.role === 'body') : undefined;
  let bodyStart = bodyPart?.start ?? 0;
  let bodyEnd = bodyPart?.end ?? 0;
  const verifiedEnd = sink.length;
  if (bodyPart === undefined) {
    bodyStart = sink.length;
    canonicalise(claims.tape, claims.envelope.body, sink);
    sink.checkSize();
    bodyEnd = sink.length;
  }
  const octets = proof.borrow ? sink.bytes : sink.bytes.slice(0, sink.length);
  const first = verified[0]?.signature;
  const context = first?.resolved.source === 'context' ? first.resolved : undefined;
  const { timestamp } = signedClaims;
  const messageIdIsSigned =
    addressing.messageId !== undefined && proof.signed.has(claims.envelope.addressing[Addressing.MessageID]!);
  return {
    soapVersion: signedClaims.envelope.soap === Namespace.soap11 ? '1.1' : '1.2',
    identifier: context?.context.identifier,
    instance: context?.instance.instance,
    version: context?.version,
    principal: context?.context.principal,
    bearerContext: proof.bearerContext,
    user: proof.user,
    action: addressing.action,
    messageId: addressing.messageId,
    to: addressing.to,
    relatesTo: addressing.relatesTo,
    claimedAddressing: proof.claimedAddressing,
    understoodHeaders: understoodHeaders(claims, proof.signed),
    createdAtMs: timestamp?.createdAtMs,
    expiresAtMs: timestamp?.expiresAtMs,
    signed: signedParts(signedClaims, verified, octets),
    encrypted: decrypted.parts.map(encryptedPart),
    assertions: proof.assertions.map((assertion) => openedAssertion(assertion, octets)),
    signatureValues: signatureValuesOf(verified),
    signatureConfirmed: proof.signatureConfirmed,
    body: octets.subarray(bodyStart, bodyEnd),
    verified: octets.subarray(verified[0]?.start ?? verifiedEnd, verifiedEnd),
    replayKey: replayKeyOf(proof, messageIdIsSigned, octets, octets.subarray(bodyStart, bodyEnd)),
    replayUntilMs: timestamp === undefined ? Number.MAX_SAFE_INTEGER : freshUntilMs(timestamp, proof.policy),
  };
}

function understoodHeaders(
  { tape, envelope }: MessageClaims,
  signed: ReadonlySet<number>,
): readonly UnderstoodHeader[] {
  return envelope.understood.map((block) => ({
    namespace: namespaceText(tape, block),
    localName: localNameOf(tape, block),
    signed: signed.has(block),
  }));
}

/** Of each signature once. */
function signatureValuesOf(verified: readonly VerifiedPart[]): readonly string[] {
  const values: string[] = [];
  let previous: VerifiedSignature | undefined;
  for (const { signature } of verified) {
    if (signature !== previous) values.push(signature.valueBase64);
    previous = signature;
  }
  return values;
}

/** What one signature vouches for stands together, and has one account of its key. */
function signedParts(
  claims: MessageClaims,
  verified: readonly VerifiedPart[],
  octets: Uint8Array,
): readonly SignedPart[] {
  let signature: VerifiedSignature | undefined;
  let key: KeyUse;
  return verified.map((part) => {
    if (part.signature !== signature) {
      signature = part.signature;
      key = keyUseOf(signature.resolved);
    }
    return {
      role: part.role,
      namespace: namespaceText(claims.tape, part.element),
      localName: nameOfPart(claims, part.role, part.element),
      // perf: a view costs as much as looking at the digest did.
      bytes: part.digested.buffer === octets.buffer ? part.digested : octets.subarray(part.start, part.end),
      digest: part.reference.digest.name,
      algorithm: part.algorithm.name,
      key,
    };
  });
}

// perf: the names that every message has are known by where the parts stand.
/** Local name of a signed element. */
export function nameOfPart(claims: MessageClaims, role: PartRole, element: number): string {
  if (role === 'body') return 'Body';
  if (role === 'timestamp') return 'Timestamp';
  // STR-Transform of a token that the message does not hold.
  if (role === 'token' && isTokenReference(claims.tape, element)) return 'BinarySecurityToken';
  const place = role === 'header' ? claims.envelope.addressing.indexOf(element) : -1;
  return ADDRESSING_NAMES[place] ?? localNameOf(claims.tape, element);
}

function encryptedPart(part: DecryptedPart): EncryptedPart {
  return {
    role: part.role,
    namespace: part.namespace,
    localName: part.localName,
    target: part.target,
    cipher: part.cipher.name,
    key: symmetricKeyUseOf(part.resolved),
  };
}

function openedAssertion({ claim, certificate, start, end }: VerifiedAssertion, octets: Uint8Array): OpenedAssertion {
  return {
    version: claim.version,
    id: claim.id,
    issuer: claim.issuer,
    subject: claim.subject,
    confirmation: claim.confirmation.method,
    issuedAtMs: claim.issuedAtMs,
    notOnOrAfterMs: notOnOrAfterMs(claim),
    useOnce: claim.conditions.useOnce,
    attributes: claim.attributes,
    issuerThumbprint: encodeBase64(certificate.thumbprintSha1()),
    bytes: octets.subarray(start, end),
  };
}

/** Namespace of an element, without a new string for those that the specifications have. */
export function namespaceText(tape: Tape, element: number): string {
  return NAMESPACE_URIS[namespaceOf(tape, element)] ?? namespaceUriOf(tape, element);
}

function replayKeyOf(
  { verified, addressing, user, policy }: Proof,
  messageIdIsSigned: boolean,
  octets: Uint8Array,
  body: Uint8Array,
): string {
  const first = verified[0]?.signature;
  // What nobody signed is the user's, if there is one. safety: any sender could use up a MessageID that is nobody's.
  if (first === undefined && user === undefined) return '';
  if (first === undefined) return `user ${addressing.messageId ?? digestOf(body)} ${user?.username}`;
  const { resolved, valueBase64, start, end } = first;
  if (resolved.source === 'context')
    return contextReplayKey(addressing.messageId, messageIdIsSigned, valueBase64, policy);
  return signatureReplayKey(resolved, octets.subarray(start, end));
}
