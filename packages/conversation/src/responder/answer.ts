/** Answers to requests of trust. */
import type { XmlWriter } from '@parley/codec';
import type { Secret } from '@parley/core';
import type { HandshakeProof } from '../bootstrap/bootstrap.ts';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { randomIdPrefix, randomUrn } from '../exchange/ambient.ts';
import { protect } from '../protection/protection.ts';
import type { Operation } from '../soap/actions.ts';
import { responseAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import { writeTokenResponse } from '../trust/request-security-token-response.ts';
import type { ContextName } from '../trust/token-reference.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/**
 * The earlier of what is asked and what we allow, and no earlier than we want.
 * @throws Fault `peer.trust-invalid-request`
 */
export function agreedExpiry(rst: SecurityTokenRequest, atMs: number, settings: ResponderSettings): number {
  const { contextLifetimeMs, contextLifetimeMinMs, profile } = settings;
  const latest = atMs + contextLifetimeMs;
  const { createdAtMs, expiresAtMs } = rst.lifetime ?? {};
  if (createdAtMs !== undefined && createdAtMs > atMs + profile.requests.policy.clockSkewMs)
    throw invalidRequest('Lifetime begins later');
  if (expiresAtMs === undefined) return latest;
  if (expiresAtMs <= atMs || (createdAtMs !== undefined && expiresAtMs <= createdAtMs))
    throw invalidRequest('Lifetime is over');
  return Math.min(Math.max(expiresAtMs, atMs + contextLifetimeMinMs), latest);
}

/** What the answer to Issue and Renew is made of. */
export interface TokenAnswerParts {
  readonly proven: ProvenRequest;
  readonly rst: SecurityTokenRequest;
  readonly issued: IssuedKey;
  readonly token: ContextName;
  readonly expiresAtMs: number;
}

/** The answer, protected as the bootstrap does it: new key material is never sent under the old key (WS-SC §1.8). */
export function answerToken(
  request: RequestInHand,
  operation: 'issue' | 'renew',
  { proven, rst, issued, token, expiresAtMs }: TokenAnswerParts,
  settings: ResponderSettings,
): Uint8Array {
  const { version, context, appliesTo } = rst;
  const tokenId = `${randomIdPrefix(settings.ambient)}sct`;
  const { proof, keySizeBits } = issued;
  const { bootstrap, keyForm } = settings;
  const { encryptKey } = bootstrap;
  const scene = sceneOf(settings, version);
  const handshake = handshakeOf(proven, request);
  return answerByBootstrap(request, { operation, version, proven }, settings, (writer) =>
    writeTokenResponse(writer, {
      version,
      context,
      token,
      tokenId,
      appliesTo,
      proof,
      ...(keyForm === 'encrypted-key' &&
        encryptKey && { encryptKey: (secret: Secret) => encryptKey(secret, handshake, scene) }),
      createdAtMs: request.atMs,
      expiresAtMs,
      keySizeBits,
    }),
  );
}

/** An answer under the protection of the bootstrap. */
export function answerByBootstrap(
  request: RequestInHand,
  { operation, version, proven }: { readonly proven: ProvenRequest } & TrustAnswer,
  settings: ResponderSettings,
  body: (writer: XmlWriter) => void,
): Uint8Array {
  const envelope = answerEnvelope(request, { operation, version }, proven.addressing.messageId, settings, body);
  const how = settings.bootstrap.answer(handshakeOf(proven, request), sceneOf(settings, version));
  return protect(envelope, how, settings).octets;
}

function handshakeOf({ opening }: ProvenRequest, { channel }: RequestInHand): HandshakeProof {
  const { message, user, sessionKey } = opening;
  return { message, user, sessionKey, channel };
}

/** Which answer it is. */
export interface TrustAnswer {
  readonly operation: Operation;
  readonly version: SecurityTokenRequest['version'];
}

/** An answer, still without protection, in the version of WS-Addressing of its request. */
export function answerEnvelope(
  { outline }: Pick<RequestInHand, 'outline'>,
  { operation, version }: TrustAnswer,
  relatesTo: string,
  { ambient, profile }: ResponderSettings,
  body: (writer: XmlWriter) => void,
): Uint8Array {
  return writeEnvelope({
    soapVersion: outline.soapVersion,
    action: responseAction(version, operation),
    messageId: randomUrn(ambient),
    relatesTo,
    addressing: { ...profile.addressing, version: outline.addressing ?? profile.addressing.version },
    body,
  });
}

/** Wipes the key and the entropy of an answer that was written. */
export function wipeIssued(issued: IssuedKey | undefined): void {
  if (issued === undefined) return;
  issued.key.wipe();
  if (issued.proof !== undefined && 'entropy' in issued.proof) issued.proof.entropy.wipe();
}
