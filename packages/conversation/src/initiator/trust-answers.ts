/** What answers to requests of trust say. */
import type { CanonicalElement } from '@parley/codec';
import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { KeyInstance } from '@parley/core';
import { Fault } from '@parley/core';
import { encodeBase64, VERSION_URIS } from '@parley/core/internal';
import type { Credentials, EncryptedKey, OpenedMessage } from '@parley/engine';
import { currentMs } from '../exchange/ambient.ts';
import { cancelAnswerActions, responseAction } from '../soap/actions.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import type { IssuersReferences } from '../trust/issuers-references.ts';
import { receiveKey } from '../trust/key-material.ts';
import type { SecurityTokenResponse } from '../trust/request-security-token-response.ts';
import { isCollection, readResponse } from '../trust/request-security-token-response.ts';
import { lastLeg, legOctets } from '../trust/transcript.ts';
import type { OpenedAnswer } from './answers.ts';
import { addressingOf } from './answers.ts';
import type { TrustExchange } from './open-requests.ts';
import type { InitiatorSettings } from './settings.ts';

/** A key that was issued or renewed, and the context's name. */
export interface ReceivedToken {
  readonly identifier: string;
  readonly tokenId: string | undefined;
  readonly tokenElement: CanonicalElement | undefined;
  readonly references: IssuersReferences;
  readonly key: KeyInstance;
  readonly expiresAtMs: number;
}

const LIFETIME_DEFAULT_MS = 36_000_000;

/**
 * The next leg of a negotiation, if the answer is one and not the last.
 * @throws Fault `peer.soap-fault`, `peer.action-mismatch`, `peer.negotiation-failed`, `peer.structure-invalid`
 */
export function legOf(
  answer: OpenedAnswer,
  operation: 'issue' | 'renew',
  { context, negotiated }: TrustExchange,
  settings: InitiatorSettings,
): ExchangeElements | undefined {
  if (negotiated === undefined) return undefined;
  requireAction(answer, [responseAction(settings.version, operation)]);
  const tape = bodyOf(answer.message, settings);
  if (isCollection(tape)) return undefined;
  const { version, profile } = settings;
  const response = readResponse(tape, 0, { version, limits: profile.answers.policy.limits, shape: 'leg' });
  wipeResponse(response);
  if (response.context !== context) throw new Fault('peer.structure-invalid', { reason: 'Context differs' });
  negotiated.note(legOctets(tape, response.element));
  return negotiated.next(response.exchange);
}

/**
 * Reads the answer to Issue or Renew.
 * @throws Fault `peer.soap-fault` the responder refused; `peer.action-mismatch`, `peer.key-usage`, `peer.structure-invalid`,
 *   `peer.timestamp-*`, `peer.negotiation-failed`, `peer.authenticator-mismatch`
 */
export function tokenOf(
  answer: OpenedAnswer,
  operation: 'issue' | 'renew',
  trust: TrustExchange,
  settings: InitiatorSettings,
): ReceivedToken {
  requireAction(answer, [responseAction(settings.version, operation)]);
  const tape = bodyOf(answer.message, settings);
  const { negotiated, handshake } = trust;
  const shape = negotiated === undefined ? 'final' : 'negotiated';
  const opening = handshake && {
    ...handshake,
    credentials: withKey(handshake.credentials, negotiated?.wrappingKey),
  };
  const { version, profile } = settings;
  const { limits } = profile.answers.policy;
  const response = readResponse(tape, 0, { version, limits, shape, opening, keySizeBits: settings.keySizeBits });
  try {
    if (negotiated !== undefined && response.context !== trust.context)
      throw new Fault('peer.structure-invalid', { reason: 'Context differs' });
    negotiated?.end(response.exchange);
    const token = receivedToken(response, trust, settings);
    try {
      const last = negotiated && lastLeg(legOctets(tape, response.element), limits);
      if (last !== undefined) negotiated?.requireBound(response.combinedHash, token.key.secret, last);
    } catch (error) {
      token.key.secret.wipe();
      throw error;
    }
    return token;
  } finally {
    wipeResponse(response);
  }
}

/** What a negotiation agreed on is known, as if it had been in a message before. */
function withKey(credentials: Credentials, key: EncryptedKey | undefined): Credentials {
  if (key === undefined) return credentials;
  const name = encodeBase64(key.sha1);
  const { encryptedKeys } = credentials;
  return { ...credentials, encryptedKeys: { get: (sha1) => (sha1 === name ? key.secret : encryptedKeys?.get(sha1)) } };
}

/** When an amended context ends, if that changed. */
export interface ReceivedAmendment {
  readonly identifier: string;
  readonly instance: string | undefined;
  readonly expiresAtMs: number | undefined;
}

/**
 * Reads the answer to Amend: the same context with the same key.
 * @throws Fault as {@link tokenOf}
 */
export function amendmentOf(
  answer: OpenedAnswer,
  trust: TrustExchange | undefined,
  settings: InitiatorSettings,
): ReceivedAmendment {
  requireAction(answer, [responseAction(settings.version, 'amend')]);
  const response = finalResponse(answer.message, settings);
  const { token, lifetime, entropy, proofKey, computedKey } = response;
  wipeResponse(response);
  // spec: WS-SC §4, what is amended keeps its key.
  if (entropy !== undefined || proofKey !== undefined || computedKey !== undefined)
    throw new Fault('peer.key-usage', { reason: 'a new key' });
  requireKind(response, trust?.context, settings);
  if (token === undefined) throw new Fault('peer.structure-invalid', { reason: 'no token' });
  const expiresAtMs = lifetime === undefined ? undefined : grantedUntil(response, settings);
  return { identifier: token.identifier, instance: token.instance, expiresAtMs };
}

/** Reads the answer to Cancel. @throws Fault `peer.soap-fault`, `peer.action-mismatch`, `peer.structure-invalid` */
export function requireCancelled(answer: OpenedAnswer, settings: InitiatorSettings): void {
  requireAction(answer, cancelAnswerActions(settings.version));
  const response = finalResponse(answer.message, settings);
  wipeResponse(response);
  if (!response.isCancelled) throw new Fault('peer.structure-invalid', { reason: 'not cancelled' });
}

function requireAction({ message, fault }: OpenedAnswer, actions: readonly string[]): void {
  if (fault !== undefined) throw new Fault('peer.soap-fault', { ...fault });
  const { action } = addressingOf(message);
  if (action === undefined || !actions.includes(action))
    throw new Fault('peer.action-mismatch', { wanted: actions.join(', ') });
}

function bodyOf({ body }: OpenedMessage, { profile }: InitiatorSettings): Tape {
  const tape = new Tape();
  scan(body, profile.answers.policy.limits, tape);
  return tape;
}

function finalResponse(message: OpenedMessage, settings: InitiatorSettings): SecurityTokenResponse {
  const { version, profile } = settings;
  return readResponse(bodyOf(message, settings), 0, { version, limits: profile.answers.policy.limits });
}

function wipeResponse({ entropy, proofKey }: SecurityTokenResponse): void {
  entropy?.wipe();
  proofKey?.wipe();
}

function receivedToken(
  response: SecurityTokenResponse,
  trust: TrustExchange,
  settings: InitiatorSettings,
): ReceivedToken {
  const { keySizeBits, directKeyBits, profile, ambient } = settings;
  requireKind(response, trust.context, settings);
  const { token } = response;
  if (token === undefined) throw new Fault('peer.structure-invalid', { reason: 'no token' });
  const expiresAtMs = grantedUntil(response, settings);
  const secret = receiveKey(response, { sent: trust.entropy, keySizeBits, directKeyBits, keys: profile.keys });
  const key = { instance: token.instance, secret, createdAtMs: currentMs(ambient), expiresAtMs };
  const { identifier, tokenId, tokenElement, references } = token;
  return { identifier, tokenId, tokenElement, references, key, expiresAtMs };
}

function requireKind(
  { context, tokenType }: SecurityTokenResponse,
  sent: string | undefined,
  { version }: InitiatorSettings,
): void {
  // interop: CXF and Rampart repeat none; a wrong one is of another request all the same.
  if (context !== undefined && context !== sent)
    throw new Fault('peer.structure-invalid', { reason: 'Context differs' });
  // interop: CXF calls a renewed 200502 token one of 200512, if the request does not say which.
  if (tokenType !== undefined && tokenType !== VERSION_URIS[version].sct)
    throw new Fault('peer.structure-invalid', { reason: 'TokenType' });
}

function grantedUntil(
  { lifetime }: SecurityTokenResponse,
  { ambient, contextLifetimeMs, profile }: InitiatorSettings,
): number {
  const atMs = currentMs(ambient);
  const granted = lifetime?.expiresAtMs ?? atMs + LIFETIME_DEFAULT_MS;
  const expiresAtMs = Math.min(granted, contextLifetimeMs === undefined ? granted : atMs + contextLifetimeMs);
  if (expiresAtMs <= atMs) throw new Fault('peer.timestamp-expired', { element: 'Lifetime' });
  const { clockSkewMs } = profile.answers.policy;
  if (lifetime?.createdAtMs !== undefined && lifetime.createdAtMs > atMs + clockSkewMs)
    throw new Fault('peer.timestamp-future', { element: 'Lifetime' });
  return expiresAtMs;
}
