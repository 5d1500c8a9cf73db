/** Issue: a handshake becomes a context (WS-SC §1.4). */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { randomUrn } from '../exchange/ambient.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import { issueKey } from '../trust/key-material.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import { agreedExpiry, answerToken, wipeIssued } from './answer.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { openHandshake } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import { trustRequestOf } from './trust-request.ts';

export interface IssuedContext {
  readonly reply: Uint8Array;
  readonly identifier: string;
  /** `undefined`: of nobody in particular. */
  readonly principal: string | undefined;
  readonly expiresAtMs: number;
}

/** Random identifiers do not collide; a broken source does, and must not loop. */
const IDENTIFIER_TRIES_MAX = 3;

/** Authenticates, makes the key, stores the context, and only then writes the answer. @throws Fault */
export async function issueContext(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<IssuedContext> {
  const proven = await openHandshake(request, settings.policies.plain, settings);
  const { opening, principal } = proven;
  const { atMs } = request;
  let rst: SecurityTokenRequest | undefined;
  let issued: IssuedKey | undefined;
  try {
    rst = trustRequestOf(opening.message, version, 'issue', settings);
    const expiresAtMs = agreedExpiry(rst, atMs, settings);
    issued = issueKey(rst, settings);
    const key = { instance: undefined, secret: issued.key, createdAtMs: atMs, expiresAtMs };
    const context = {
      version,
      suite: settings.profile.suite,
      keys: [key],
      createdAtMs: atMs,
      expiresAtMs,
      cancelledAtMs: undefined,
      principal,
      ...renewableOf(rst),
    };
    const identifier = await store(context, atMs, settings);
    const token = { identifier, instance: undefined };
    const reply = answerToken(request, 'issue', { proven, rst, issued, token, expiresAtMs }, settings);
    return { reply, identifier, principal, expiresAtMs };
  } finally {
    rst?.entropy?.wipe();
    wipeIssued(issued);
    opening.wipe();
  }
}

function renewableOf(rst: SecurityTokenRequest): Pick<SecurityContext, 'renewable'> {
  if (rst.renewing === undefined) return {};
  if (!rst.renewing.allow) return { renewable: 'never' };
  return { renewable: rst.renewing.ok ? 'after-expiry' : 'until-expiry' };
}

/** Gives the context an identifier that nobody has had, and makes it durable. */
async function store(
  context: Omit<SecurityContext, 'identifier'>,
  atMs: number,
  settings: ResponderSettings,
): Promise<string> {
  // All who are nobody in particular share one quota.
  const owner = context.principal ?? '';
  for (let tries = 0; tries < IDENTIFIER_TRIES_MAX; tries++) {
    const identifier = randomUrn(settings.ambient);
    const over = settings.quota.take(owner, identifier, context.expiresAtMs, atMs);
    let isStored = false;
    try {
      if (over !== undefined) await settings.store.forget?.(over, atMs);
      isStored = await settings.store.insert({ ...context, identifier });
      if (isStored) return identifier;
    } finally {
      if (!isStored) settings.quota.release(identifier);
    }
  }
  throw new Fault('internal.invariant', { claim: 'random identifiers are new' });
}
