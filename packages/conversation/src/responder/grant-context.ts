/** A proven and complete request becomes a context, and the answer to it. */
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { randomUrn } from '../exchange/ambient.ts';
import { chargeCancelled, storeOnce } from '../quota/charged.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import { issueKey } from '../trust/key-material.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import type { NegotiatedAnswer } from './answer.ts';
import { agreedExpiry, answerToken, wipeIssued } from './answer.ts';
import type { ContextChange } from './options.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface IssuedContext {
  readonly kind: 'issued';
  readonly reply: Uint8Array;
  readonly identifier: string;
  /** `undefined`: of nobody in particular. */
  readonly principal: string | undefined;
  readonly expiresAtMs: number;
}

/** What a context is granted to, and on what. */
export interface Grant {
  readonly proven: ProvenRequest;
  readonly rst: SecurityTokenRequest;
  /** What went before, where it was negotiated. */
  readonly negotiated?: NegotiatedAnswer | undefined;
}

/** Random identifiers do not collide; a broken source does, and must not loop. */
const IDENTIFIER_TRIES_MAX = 3;

/** Makes the key, stores the context, and only then writes the answer. @throws Fault */
export async function grantContext(
  request: RequestInHand,
  { proven, rst, negotiated }: Grant,
  settings: ResponderSettings,
): Promise<IssuedContext> {
  const { principal } = proven;
  const { atMs } = request;
  const expiresAtMs = agreedExpiry(rst.lifetime, atMs, settings);
  const issued: IssuedKey = issueKey(rst, settings);
  try {
    const key = { instance: undefined, secret: issued.key, createdAtMs: atMs, expiresAtMs };
    const context = {
      version: rst.version,
      suite: settings.profile.suite,
      keys: [key],
      createdAtMs: atMs,
      expiresAtMs,
      cancelledAtMs: undefined,
      principal,
      ...renewableOf(rst),
    };
    const identifier = await storeAsNew(context, atMs, settings);
    if (settings.tellServices !== undefined)
      await tellOrForget({ kind: 'issued', context: { ...context, identifier }, scope: rst.scope }, atMs, settings);
    const token = { identifier, instance: undefined };
    const reply = answerToken(request, 'issue', { proven, rst, issued, token, expiresAtMs, negotiated }, settings);
    return { kind: 'issued', reply, identifier, principal, expiresAtMs };
  } finally {
    wipeIssued(issued);
  }
}

/** @throws Fault `internal.store-unavailable` a service was not told */
export async function tell(change: ContextChange, { tellServices }: ResponderSettings): Promise<void> {
  try {
    await tellServices?.(change);
  } catch (error) {
    throw new Fault('internal.store-unavailable', { store: 'of a service' }, error);
  }
}

async function tellOrForget(change: ContextChange, atMs: number, settings: ResponderSettings): Promise<void> {
  try {
    await tell(change, settings);
  } catch (error) {
    const { context } = change;
    // Nobody will hear of it.
    if (await settings.store.cancel(context.identifier, atMs)) await chargeCancelled(context, atMs, settings);
    throw error;
  }
}

function renewableOf(rst: SecurityTokenRequest): Pick<SecurityContext, 'renewable'> {
  if (rst.renewing === undefined) return {};
  if (!rst.renewing.allow) return { renewable: 'never' };
  return { renewable: rst.renewing.ok ? 'after-expiry' : 'until-expiry' };
}

/** Gives the context an identifier that nobody has had, and makes it durable. */
async function storeAsNew(
  context: Omit<SecurityContext, 'identifier'>,
  atMs: number,
  settings: ResponderSettings,
): Promise<string> {
  for (let tries = 0; tries < IDENTIFIER_TRIES_MAX; tries++) {
    const identifier = randomUrn(settings.ambient);
    if (await storeOnce({ ...context, identifier }, atMs, settings)) return identifier;
  }
  throw new Fault('internal.invariant', { claim: 'random identifiers are new' });
}
