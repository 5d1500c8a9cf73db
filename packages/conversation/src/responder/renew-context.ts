/** Renew: a new key for a context, whose owner is proven (WS-SC §1.8). */
import type { KeyInstance, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { randomUrn } from '../exchange/ambient.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import { issueKey } from '../trust/key-material.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { agreedExpiry, answerToken, wipeIssued } from './answer.ts';
import type { Grant } from './grant-context.ts';
import type { RequestInHand } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface RenewedContext {
  readonly kind: 'renewed';
  readonly reply: Uint8Array;
  readonly identifier: string;
  readonly instance: string;
  readonly expiresAtMs: number;
}

/** A grant to a context that is there. */
export interface Renewal extends Grant {
  /** The context, and the key that is to be replaced. */
  readonly target: ContextName;
}

/** Makes the key, stores it, tells the caches, and only then writes the answer. @throws Fault `peer.unable-to-renew` */
export async function renewContext(
  request: RequestInHand,
  { proven, rst, target, negotiated }: Renewal,
  settings: ResponderSettings,
): Promise<RenewedContext> {
  const { atMs } = request;
  let issued: IssuedKey | undefined;
  try {
    const expiresAtMs = agreedExpiry(rst.lifetime, atMs, settings);
    issued = issueKey(rst, settings);
    const instance = randomUrn(settings.ambient);
    const key: KeyInstance = { instance, secret: issued.key, createdAtMs: atMs, expiresAtMs };
    const { identifier } = target;
    const isStored = await settings.store.update(identifier, (current) =>
      withNewKey(current, { oldInstance: target.instance, key, rst }, request, settings),
    );
    if (!isStored) throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
    settings.quota.renewed(identifier, expiresAtMs);
    await settings.onEvict(identifier);
    const token = { identifier, instance };
    const reply = answerToken(request, 'renew', { proven, rst, issued, token, expiresAtMs, negotiated }, settings);
    return { kind: 'renewed', reply, identifier, instance, expiresAtMs };
  } finally {
    wipeIssued(issued);
  }
}

interface NewKey {
  readonly oldInstance: string | undefined;
  readonly key: KeyInstance;
  readonly rst: SecurityTokenRequest;
}

/** @throws Fault `peer.unable-to-renew` */
function withNewKey(
  current: SecurityContext,
  { oldInstance, key }: NewKey,
  { atMs, latestMs }: RequestInHand,
  settings: ResponderSettings,
): SecurityContext {
  requireRenewable(current, latestMs, settings);
  if (!current.keys.some((candidate) => candidate.instance === oldInstance)) {
    throw new Fault('peer.unable-to-renew', { reason: 'key is gone' });
  }
  const rolloverEndsMs = atMs + settings.rolloverMs;
  const keys = current.keys.map((old) => ({ ...old, expiresAtMs: Math.min(old.expiresAtMs, rolloverEndsMs) }));
  const live = keys.filter((old) => old.expiresAtMs > atMs - settings.profile.requests.policy.clockSkewMs);
  if (live.length >= settings.keysPerContextMax)
    throw new Fault('peer.unable-to-renew', { reason: 'too many keys', keys: live.length });
  const kept = settings.expiredKeys === 'retain' ? keys : live;
  return { ...current, keys: [...kept, key], expiresAtMs: key.expiresAtMs };
}

function requireRenewable(context: SecurityContext, latestMs: number, settings: ResponderSettings): void {
  if (isRenewable(context, latestMs, settings)) return;
  const reason = context.renewable === 'never' ? 'not renewable' : 'expired';
  throw new Fault('peer.unable-to-renew', { reason });
}

/** Whether a context may be renewed at that time, as it was agreed or as we bear it. */
export function isRenewable(
  { renewable = 'until-expiry', expiresAtMs }: SecurityContext,
  latestMs: number,
  { renewGraceMs }: Pick<ResponderSettings, 'renewGraceMs'>,
): boolean {
  return renewable === 'after-expiry' || (renewable === 'until-expiry' && latestMs < expiresAtMs + renewGraceMs);
}
