/** Verified parts -> the answer of `open`. The only place that makes an {@link OpenedMessage}. */

import type { Tape } from '@parley/codec';
import { canonicalise, localNameOf, NAMESPACE_URIS, Namespace, namespaceOf, namespaceUriOf } from '@parley/codec';
import { encodeBase64 } from '@parley/core';
import type { AddressingValues } from './addressing.ts';
import type { DecryptedMessage, DecryptedPart } from './decrypt-parts.ts';
import { freshUntilMs } from './freshness.ts';
import type { EncryptedPart, KeyUse, OpenedMessage, SignedPart } from './opened-message.ts';
import type { Policy } from './policy.ts';
import { base64Octets } from './read/claim.ts';
import type { MessageClaims } from './read/message.ts';
import { ADDRESSING_NAMES, Addressing } from './read/soap-envelope.ts';
import type { ResolvedKey } from './resolve-keys.ts';
import { keyUseOf } from './resolve-keys.ts';
import type { PlannedSignature, VerifiedPart } from './verify-signatures.ts';
import type { Workspace } from './workspace.ts';

export interface Proof {
  /** Of the document that the signatures cover. */
  readonly signedClaims: MessageClaims;
  /** Of the document in which everything is plaintext. */
  readonly claims: MessageClaims;
  readonly signatures: readonly PlannedSignature[];
  readonly verified: readonly VerifiedPart[];
  readonly decrypted: DecryptedMessage;
  readonly addressing: AddressingValues;
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
  const first = verified[0]!.resolved;
  const keyUses = new Map<ResolvedKey, KeyUse>();
  const { timestamp } = signedClaims;
  const messageIdIsSigned =
    addressing.messageId !== undefined &&
    verified.some((part) => part.element === signedClaims.envelope.addressing[Addressing.MessageID]);
  return {
    soapVersion: signedClaims.envelope.soap === Namespace.soap11 ? '1.1' : '1.2',
    identifier: first.context.identifier,
    instance: first.instance.instance,
    version: first.version,
    principal: first.context.principal,
    action: addressing.action,
    messageId: addressing.messageId,
    to: addressing.to,
    relatesTo: addressing.relatesTo,
    createdAtMs: timestamp?.createdAtMs,
    expiresAtMs: timestamp?.expiresAtMs,
    signed: verified.map((part) => signedPart(signedClaims, part, octets, keyUses)),
    encrypted: decrypted.parts.map((part) => encryptedPart(claims.tape, part, keyUses)),
    body: octets.subarray(bodyStart, bodyEnd),
    verified: octets.subarray(verified[0]!.start, verifiedEnd),
    replayKey: messageIdIsSigned ? (addressing.messageId as string) : macOf(signedClaims, proof.signatures),
    replayUntilMs: timestamp === undefined ? Number.MAX_SAFE_INTEGER : freshUntilMs(timestamp, proof.policy),
  };
}

function signedPart(
  claims: MessageClaims,
  part: VerifiedPart,
  octets: Uint8Array,
  keyUses: Map<ResolvedKey, KeyUse>,
): SignedPart {
  return {
    role: part.role,
    namespace: namespaceText(claims.tape, part.element),
    localName: nameOfPart(claims, part),
    bytes: octets.subarray(part.start, part.end),
    digest: part.reference.digest.name,
    mac: part.mac.name,
    key: useOf(part.resolved, keyUses),
  };
}

// perf: the names that every message has are known by where the parts stand.
function nameOfPart(claims: MessageClaims, part: VerifiedPart): string {
  if (part.role === 'body') return 'Body';
  if (part.role === 'timestamp') return 'Timestamp';
  const place = part.role === 'header' ? claims.envelope.addressing.indexOf(part.element) : -1;
  return ADDRESSING_NAMES[place] ?? localNameOf(claims.tape, part.element);
}

function encryptedPart(tape: Tape, part: DecryptedPart, keyUses: Map<ResolvedKey, KeyUse>): EncryptedPart {
  return {
    role: part.role,
    namespace: namespaceText(tape, part.element),
    localName: localNameOf(tape, part.element),
    target: part.target,
    cipher: part.cipher.name,
    key: useOf(part.resolved, keyUses),
  };
}

function useOf(resolved: ResolvedKey, keyUses: Map<ResolvedKey, KeyUse>): KeyUse {
  let use = keyUses.get(resolved);
  if (use === undefined) {
    use = keyUseOf(resolved);
    keyUses.set(resolved, use);
  }
  return use;
}

function namespaceText(tape: Tape, element: number): string {
  return NAMESPACE_URIS[namespaceOf(tape, element)] ?? namespaceUriOf(tape, element);
}

/** Without a signed MessageID, the MAC itself is what happens once, however its base64 is broken into lines. */
function macOf(claims: MessageClaims, signatures: readonly PlannedSignature[]): string {
  return encodeBase64(base64Octets(claims.tape, signatures[0]!.claim.signatureValue));
}
