/** One request on its way through a responder, and the checks that all requests share. */
import type { Tape } from '@parley/codec';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';
import type { MessageClaims } from '@parley/engine/internal';
import {
  freshUntilMs,
  isUsernameToken,
  readAddressing,
  readMessage,
  requireAddressing,
  requireFresh,
} from '@parley/engine/internal';
import type { Channel } from '../exchange/channel.ts';
import { neverRevived } from '../exchange/context-clock.ts';
import { failureOf } from '../replay/awaited-replays.ts';
import type { Outline } from '../soap/outline.ts';
import type { PasswordAttempt } from '../trust/password.ts';
import { wipeAttempt } from '../trust/password.ts';
import { readAttempt } from '../trust/username-token.ts';
import type { StoredOpenRequest } from './open-stored.ts';
import type { ResponderSettings } from './settings.ts';

export interface RequestInHand {
  readonly bytes: Uint8Array;
  readonly tape: Tape;
  readonly outline: Outline;
  readonly channel: Channel;
  readonly atMs: number;
  /** The latest time that this responder was ever told. */
  readonly latestMs: number;
}

/** A handshake that its sender was entitled to make. */
export interface Authenticated {
  readonly claims: MessageClaims;
  readonly principal: string;
  readonly messageId: string;
}

/**
 * Checks what protects a handshake: the channel, one UsernameToken, a fresh Timestamp, addressing; and that the
 * request was not here before. Only after this may anything be stored.
 *
 * @param allowSignatures whether the header may hold what `open` checks (Renew), or the token alone (Issue)
 * @throws Fault `peer.coverage-missing` the channel is not secure, or Timestamp or MessageID is missing;
 * `peer.authentication-failed`, `peer.replay`, `peer.timestamp-*`, `peer.addressing-*`, `peer.structure-invalid`
 */
export async function authenticateHandshake(
  request: RequestInHand,
  settings: ResponderSettings,
  allowSignatures: boolean,
): Promise<Authenticated> {
  const { tape, atMs } = request;
  const { policy } = settings;
  if (!request.channel.secure) throw new Fault('peer.coverage-missing', { part: 'secure channel' });
  const claims = readMessage(tape, policy);
  const token = requireUsernameToken(claims, allowSignatures);
  if (claims.timestamp === undefined) throw new Fault('peer.coverage-missing', { part: 'wsu:Timestamp' });
  requireFresh(claims.timestamp, atMs, policy);
  const addressing = readAddressing(tape, claims.envelope, () => true, policy);
  requireAddressing(tape, claims.envelope, addressing, request.channel.soapAction, policy);
  const { messageId } = addressing;
  if (messageId === undefined || messageId === '') throw new Fault('peer.coverage-missing', { part: 'wsa:MessageID' });
  const principal = await principalOf(readAttempt(tape, token, policy.limits), request, settings);
  // Only now: a stranger must not be able to fill the cache.
  await requireFirst(settings, `handshake ${principal}`, messageId, freshUntilMs(claims.timestamp, policy), atMs);
  return { claims, principal, messageId };
}

function requireUsernameToken({ tape, security }: MessageClaims, allowSignatures: boolean): number {
  const [token, ...others] = security.otherTokens;
  if (token === undefined || others.length > 0 || !isUsernameToken(tape, token)) {
    throw new Fault('peer.authentication-failed', { reason: 'not one UsernameToken' });
  }
  const { securityContextToken, derivedKeyTokens, signatures, referenceLists, encryptedData, unknown } = security;
  const more = [...derivedKeyTokens, ...signatures, ...referenceLists, ...encryptedData];
  // safety: what nobody verifies must not be there to look as if it were.
  if (unknown >= 0 || (!allowSignatures && (securityContextToken >= 0 || more.length > 0))) {
    throw new Fault('peer.structure-invalid', { reason: 'a token or signature that secures nothing' });
  }
  return token;
}

async function principalOf(
  attempt: PasswordAttempt,
  request: RequestInHand,
  settings: ResponderSettings,
): Promise<string> {
  try {
    if (attempt.kind === 'digest')
      requireFresh({ createdAtMs: attempt.createdAtMs, expiresAtMs: undefined }, request.atMs, settings.policy);
    const principal = await authenticated(attempt, settings);
    if (principal === undefined || principal === '')
      throw new Fault('peer.authentication-failed', { reason: 'password' });
    if (attempt.kind === 'digest') {
      const untilMs = freshUntilMs({ createdAtMs: attempt.createdAtMs, expiresAtMs: undefined }, settings.policy);
      await requireFirst(settings, `username token ${principal}`, encodeBase64(attempt.nonce), untilMs, request.atMs);
    }
    return principal;
  } finally {
    wipeAttempt(attempt);
  }
}

async function authenticated(attempt: PasswordAttempt, settings: ResponderSettings): Promise<string | undefined> {
  try {
    return await settings.authenticate(attempt);
  } catch {
    // safety: what it threw may quote the password.
    throw new Fault('internal.store-unavailable', { reason: 'authenticate failed' });
  }
}

/** @throws Fault `peer.replay`, `internal.quota` when the cache is full, `internal.store-unavailable` */
async function requireFirst(
  settings: ResponderSettings,
  identifier: string,
  replayKey: string,
  untilMs: number,
  nowMs: number,
): Promise<void> {
  let isFirst: boolean;
  try {
    isFirst = await settings.replayCache.insertIfAbsent(identifier, replayKey, untilMs, nowMs);
  } catch (error) {
    throw failureOf(error);
  }
  if (!isFirst) throw new Fault('peer.replay', { identifier });
}

/** {@link neverRevived} for a request in hand: what `openStored` passes contexts through. */
export function liveAt({ latestMs }: RequestInHand): (context: SecurityContext) => SecurityContext {
  return (context) => neverRevived(context, latestMs);
}

/** What `open` is asked for a request in hand. */
export function openRequestOf({ atMs, channel }: RequestInHand, settings: ResponderSettings): StoredOpenRequest {
  const base = { atMs, policy: settings.policy, replayCache: settings.replayCache };
  return channel.soapAction === undefined ? base : { ...base, soapAction: channel.soapAction };
}
