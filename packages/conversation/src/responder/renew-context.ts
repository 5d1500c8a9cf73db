/** Renew: a new key for a context, whose owner is proven (WS-SC §1.8). */
import type { KeyInstance, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { randomUrn } from '../exchange/ambient.ts';
import { chargeRenewed } from '../quota/charged.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import { issueKey } from '../trust/key-material.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { agreedExpiry, answerToken, wipeIssued } from './answer.ts';
import type { Grant } from './grant-context.ts';
import { tell } from './grant-context.ts';
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
    if (settings.tellServices !== undefined) await tellOfKey(identifier, key, request, settings);
    let beforeMs = expiresAtMs;
    const isStored = await settings.store.update(identifier, (current) => {
      beforeMs = current.expiresAtMs;
      return withNewKey(current, { oldInstance: target.instance, key }, request, settings);
    });
    if (!isStored) throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
    await chargeRenewed({ identifier, expiresAtMs: beforeMs }, expiresAtMs, atMs, settings);
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
}

/** @throws Fault `peer.unable-to-renew` */
function withNewKey(
  current: SecurityContext,
  { oldInstance, key }: NewKey,
  request: RequestInHand,
  settings: ResponderSettings,
): SecurityContext {
  requireRenewable(current, request.latestMs, settings);
  if (!current.keys.some((candidate) => candidate.instance === oldInstance)) {
    throw new Fault('peer.unable-to-renew', { reason: 'key is gone' });
  }
  return withKey(current, key, request, settings);
}

/**
 * The context with another key, beside which those before serve for some time yet.
 * @throws Fault `peer.unable-to-renew` it has too many
 */
export function withKey(
  current: SecurityContext,
  key: KeyInstance,
  { atMs }: Pick<RequestInHand, 'atMs'>,
  settings: ResponderSettings,
): SecurityContext {
  const rolloverEndsMs = atMs + settings.rolloverMs;
  const keys = current.keys.map((old) => ({ ...old, expiresAtMs: Math.min(old.expiresAtMs, rolloverEndsMs) }));
  const live = keys.filter((old) => old.expiresAtMs > atMs).length;
  if (live >= settings.keysPerContextMax)
    throw new Fault('peer.unable-to-renew', { reason: 'too many keys', keys: live });
  const kept = settings.expiredKeys === 'retain' ? keys : keptBeside(keys, atMs, settings);
  return { ...current, keys: [...kept, key], expiresAtMs: key.expiresAtMs };
}

/** Those that are over for a little while answer yet, as far as there is room for them beside those that serve. */
function keptBeside(
  keys: readonly KeyInstance[],
  atMs: number,
  { keysPerContextMax, rolloverMs }: ResponderSettings,
): readonly KeyInstance[] {
  const recent = keys.filter((old) => old.expiresAtMs > atMs - rolloverMs);
  const room = keysPerContextMax - 1;
  return recent.toSorted((a, b) => a.expiresAtMs - b.expiresAtMs).slice(Math.max(0, recent.length - room));
}

/** Services with stores of their own are told before ours has the key: what they have too much of does no harm. */
async function tellOfKey(
  identifier: string,
  key: KeyInstance,
  request: RequestInHand,
  settings: ResponderSettings,
): Promise<void> {
  const context = await settings.store.get(identifier);
  if (context === undefined) throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
  try {
    requireRenewable(context, request.latestMs, settings);
    await tell({ kind: 'renewed', context: withKey(context, key, request, settings), scope: undefined }, settings);
  } finally {
    wipeContext(context);
  }
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
