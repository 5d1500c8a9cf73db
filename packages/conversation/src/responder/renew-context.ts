/** Renew: a new key for a context whose old key and whose owner are both proven (WS-SC §1.8). */
import { scan, Tape } from '@parley/codec';
import type { KeyInstance, SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextMessage } from '@parley/engine';
import { randomUrn } from '../exchange/ambient.ts';
import { provable } from '../exchange/context-clock.ts';
import { requestAction } from '../soap/actions.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import { issueKey } from '../trust/key-material.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import { invalidRequest, readRequest } from '../trust/request-security-token.ts';
import { isSameContext } from '../trust/token-reference.ts';
import { agreedExpiry, requireKind, wipeIssued, writeTokenReply } from './issue-context.ts';
import { openStored } from './open-stored.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { authenticateHandshake, openRequestOf } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface RenewedContext {
  readonly reply: Uint8Array;
  readonly identifier: string;
  readonly instance: string;
  readonly expiresAtMs: number;
}

/** @throws Fault */
export async function renewContext(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<RenewedContext> {
  const { principal, messageId } = await authenticateHandshake(request, settings, true);
  const { atMs } = request;
  const { message, context } = await openStored(
    request.bytes,
    openRequestOf(request, settings),
    settings.store,
    (stored) => provable(stored, request.latestMs),
  );
  let rst: SecurityTokenRequest | undefined;
  let issued: IssuedKey | undefined;
  try {
    if (principal !== message.principal) throw new Fault('peer.authentication-failed', { reason: 'another principal' });
    rst = signedRequestOf(message, version, 'renew', settings);
    requireKind(rst, 'Renew', version);
    if (rst.renewTarget === undefined || !isSameContext(rst.renewTarget, message)) throw invalidRequest('RenewTarget');
    const expiresAtMs = agreedExpiry(rst, atMs, settings);
    issued = issueKey(rst, settings.defaultKeyBits, settings.ambient);
    const instance = randomUrn(settings.ambient);
    const key: KeyInstance = { instance, secret: issued.key, createdAtMs: atMs, expiresAtMs };
    const isStored = await settings.store.update(message.identifier, (current) =>
      withNewKey(current, message, key, request, settings),
    );
    if (!isStored) throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
    await settings.onEvict(message.identifier);
    const token = { identifier: message.identifier, instance };
    const reply = writeTokenReply(request, 'renew', { rst, issued, token, atMs, expiresAtMs, messageId }, settings);
    return { reply, identifier: message.identifier, instance, expiresAtMs };
  } finally {
    rst?.entropy?.wipe();
    wipeIssued(issued);
    wipeContext(context);
  }
}

/**
 * The RST in the verified Body of a message whose verified action asks for `operation`.
 * @throws Fault `peer.action-mismatch`, `peer.trust-invalid-request` generations mixed, and as {@link readRequest}
 */
export function signedRequestOf(
  message: ContextMessage,
  version: Version,
  operation: 'renew' | 'cancel',
  settings: ResponderSettings,
): SecurityTokenRequest {
  if (message.action !== requestAction(version, operation)) throw new Fault('peer.action-mismatch');
  if (message.version !== version) throw invalidRequest('generations mixed');
  const tape = new Tape();
  scan(message.body, settings.policy.limits, tape);
  return readRequest(tape, 0, version, settings.policy.limits);
}

/** @throws Fault `peer.unable-to-renew` */
function withNewKey(
  current: SecurityContext,
  message: ContextMessage,
  key: KeyInstance,
  { atMs, latestMs }: RequestInHand,
  settings: ResponderSettings,
): SecurityContext {
  const renewable = current.renewable ?? 'until-expiry';
  const isExpired = latestMs >= current.expiresAtMs;
  if (renewable === 'never' || (isExpired && renewable !== 'after-expiry')) {
    throw new Fault('peer.unable-to-renew', { reason: isExpired ? 'expired' : 'not renewable' });
  }
  if (!current.keys.some((candidate) => candidate.instance === message.instance)) {
    throw new Fault('peer.unable-to-renew', { reason: 'key is gone' });
  }
  const rolloverEndsMs = atMs + settings.rolloverMs;
  const keys = current.keys.map((old) => ({ ...old, expiresAtMs: Math.min(old.expiresAtMs, rolloverEndsMs) }));
  const live = keys.filter((old) => old.expiresAtMs > atMs - settings.policy.clockSkewMs);
  if (live.length >= settings.keysPerContextMax)
    throw new Fault('peer.unable-to-renew', { reason: 'too many keys', keys: live.length });
  const kept = settings.expiredKeys === 'retain' ? keys : live;
  return { ...current, keys: [...kept, key], expiresAtMs: key.expiresAtMs };
}
