/** Answers to requests of trust. */
import type { XmlWriter } from '@parley/codec';
import { CanonicalElement, Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';
import { combinedHash } from '@parley/core/internal';
import type { EncryptedKey } from '@parley/engine';
import type { HandshakeProof } from '../bootstrap/bootstrap.ts';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { hiddenUnder } from '../bootstrap/hidden-key.ts';
import { randomIdPrefix, randomUrn } from '../exchange/ambient.ts';
import type { HandshakeStyle } from '../protection/conversation-profile.ts';
import { protect } from '../protection/protection.ts';
import type { Operation } from '../soap/actions.ts';
import { responseAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import type { Lifetime } from '../trust/lifetime.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import type { TokenResponseParts } from '../trust/response-writer.ts';
import { responseElement, writeNegotiated, writeTokenResponse } from '../trust/response-writer.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { lastLeg, legOctets } from '../trust/transcript.ts';
import type { ProvenMessage, ProvenRequest, RequestInHand } from './request-in-hand.ts';
import { contextOf } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/**
 * The earlier of what is asked and what we allow, and no earlier than we want.
 * @throws Fault `peer.trust-invalid-time-range`
 */
export function agreedExpiry(asked: Lifetime | undefined, atMs: number, settings: ResponderSettings): number {
  const { contextLifetimeMs, contextLifetimeMinMs, profile } = settings;
  const latest = atMs + contextLifetimeMs;
  const { createdAtMs, expiresAtMs } = asked ?? {};
  if (createdAtMs !== undefined && createdAtMs > atMs + profile.requests.policy.clockSkewMs)
    throw new Fault('peer.trust-invalid-time-range', { reason: 'begins later' });
  if (expiresAtMs === undefined) return latest;
  if (expiresAtMs <= atMs || (createdAtMs !== undefined && expiresAtMs <= createdAtMs))
    throw new Fault('peer.trust-invalid-time-range', { reason: 'over' });
  return Math.min(Math.max(expiresAtMs, atMs + contextLifetimeMinMs), latest);
}

/** What the answer to Issue and Renew is made of. */
export interface TokenAnswerParts {
  readonly proven: ProvenRequest;
  readonly rst: SecurityTokenRequest;
  readonly issued: IssuedKey;
  readonly token: ContextName;
  readonly expiresAtMs: number;
  /** What went before, where it was negotiated. */
  readonly negotiated?: NegotiatedAnswer | undefined;
}

/** The legs of a negotiation, and what the answer that ends it says and hides with. */
export interface NegotiatedAnswer {
  readonly legs: readonly Uint8Array[];
  readonly exchange: ExchangeElements | undefined;
  readonly wrappingKey: EncryptedKey | undefined;
}

/** The answer, protected as the bootstrap does it: new key material is never sent under the old key (WS-SC §1.8). */
export function answerToken(
  request: RequestInHand,
  operation: 'issue' | 'renew',
  answer: TokenAnswerParts,
  settings: ResponderSettings,
): Uint8Array {
  const { proven, rst, issued, token, expiresAtMs, negotiated } = answer;
  const { version, context, appliesTo } = rst;
  const parts: TokenResponseParts = {
    version,
    context,
    token,
    tokenState: settings.store.tokenStates?.stateOf(token.identifier),
    tokenId: `${randomIdPrefix(settings.ambient)}sct`,
    appliesTo,
    proof: issued.proof,
    ...keyEncryption(request, answer, settings),
    createdAtMs: request.atMs,
    expiresAtMs,
    keySizeBits: issued.keySizeBits,
  };
  return answerByBootstrap(request, { operation, version, proven }, settings, (writer) => {
    if (negotiated === undefined) writeTokenResponse(writer, parts);
    else writeBound(writer, parts, negotiated, issued.key, settings);
  });
}

function keyEncryption(
  request: RequestInHand,
  { proven, rst, negotiated }: TokenAnswerParts,
  settings: ResponderSettings,
): Pick<TokenResponseParts, 'encryptKey'> {
  const scene = sceneOf(settings, rst.version);
  const wrappingKey = negotiated?.wrappingKey;
  if (wrappingKey !== undefined) return { encryptKey: (secret) => hiddenUnder(wrappingKey, secret, scene) };
  const { encryptKey } = settings.bootstrap;
  if (settings.keyForm === 'binary-secret' || encryptKey === undefined) return {};
  const handshake = handshakeOf(proven, request);
  return { encryptKey: (secret) => encryptKey(secret, handshake, scene) };
}

/** Written once, for what binds it is of the very octets (WS-Trust §9.5). */
function writeBound(
  writer: XmlWriter,
  parts: TokenResponseParts,
  { legs, exchange }: NegotiatedAnswer,
  key: Secret,
  { profile }: ResponderSettings,
): void {
  const { limits } = profile.requests.policy;
  const octets = responseElement({ ...parts, exchange });
  const tape = new Tape();
  scan(octets, limits, tape);
  const all = [...legs, lastLeg(legOctets(tape, 0), limits)];
  const hash = key.lend((secret) => combinedHash(secret, all));
  writeNegotiated(writer, parts, CanonicalElement.of(tape, 0, RESPONSE_BYTES_MAX), hash);
  octets.fill(0);
}

const RESPONSE_BYTES_MAX = 65_536;

/** An answer under the protection of the bootstrap. */
export function answerByBootstrap(
  request: RequestInHand,
  { operation, version, proven }: { readonly proven: ProvenRequest } & TrustAnswer,
  settings: ResponderSettings,
  body: (writer: XmlWriter) => void,
): Uint8Array {
  const envelope = answerEnvelope(request, { operation, version }, proven.addressing.messageId, settings, body);
  return sealByBootstrap(request, envelope, { version, proven }, settings);
}

/** Seals an answer as the bootstrap does it. `style`: of this one, if not that of the profile. */
export function sealByBootstrap(
  request: Pick<RequestInHand, 'channel'>,
  envelope: Uint8Array,
  { version, proven }: { readonly proven: ProvenMessage } & Pick<TrustAnswer, 'version'>,
  settings: ResponderSettings,
  style: HandshakeStyle = settings.profile.handshake,
): Uint8Array {
  const how = settings.bootstrap.answer(handshakeOf(proven, request), { ...sceneOf(settings, version), style });
  return protect(envelope, how, settings).octets;
}

function handshakeOf({ opening }: ProvenMessage, { channel }: Pick<RequestInHand, 'channel'>): HandshakeProof {
  const { message, user, sessionKey } = opening;
  return { message, user, sessionKey, context: contextOf(opening), channel };
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
