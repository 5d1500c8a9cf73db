/** Issue: a handshake becomes a context (WS-SC §1.4). */

import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { writeTimestamp } from '@parley/engine/internal';
import { randomUrn } from '../exchange/ambient.ts';
import { responseAction } from '../soap/actions.ts';
import { TIMESTAMP_ID, writeEnvelope } from '../soap/envelope-writer.ts';
import { bodyOf } from '../soap/outline.ts';
import type { IssuedKey } from '../trust/key-material.ts';
import { issueKey } from '../trust/key-material.ts';
import type { RequestType, SecurityTokenRequest } from '../trust/request-security-token.ts';
import { invalidRequest, readRequest } from '../trust/request-security-token.ts';
import { writeTokenResponse } from '../trust/request-security-token-response.ts';
import type { ContextName } from '../trust/token-reference.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { authenticateHandshake } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface IssuedContext {
  readonly reply: Uint8Array;
  readonly identifier: string;
  readonly principal: string;
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
  const { principal, messageId } = await authenticateHandshake(request, settings, false);
  const { atMs } = request;
  const rst = readRequest(request.tape, bodyOf(request.tape), version, settings.policy.limits);
  let issued: IssuedKey | undefined;
  try {
    requireKind(rst, 'Issue', version);
    const expiresAtMs = agreedExpiry(rst, atMs, settings);
    issued = issueKey(rst, settings.defaultKeyBits, settings.ambient);
    const key = { instance: undefined, secret: issued.key, createdAtMs: atMs, expiresAtMs };
    const identifier = await store(
      {
        version,
        suite: settings.suite,
        keys: [key],
        createdAtMs: atMs,
        expiresAtMs,
        cancelledAtMs: undefined,
        principal,
        ...renewableOf(rst),
      },
      principal,
      atMs,
      settings,
    );
    const reply = writeTokenReply(
      request,
      'issue',
      { rst, issued, token: { identifier, instance: undefined }, atMs, expiresAtMs, messageId },
      settings,
    );
    return { reply, identifier, principal, expiresAtMs };
  } finally {
    rst.entropy?.wipe();
    wipeIssued(issued);
  }
}

/** @throws Fault `peer.trust-invalid-request` when RequestType or TokenType contradict the action */
export function requireKind(rst: SecurityTokenRequest, type: RequestType, version: Version): void {
  // interop: WCF leaves RequestType out of Issue and Cancel; the action decides.
  if (rst.requestType !== undefined && rst.requestType !== type) throw invalidRequest('RequestType');
  if (rst.requestType === undefined && type === 'Renew') throw invalidRequest('RequestType');
  if (rst.tokenType !== undefined && rst.tokenType !== VERSION_URIS[version].sct) throw invalidRequest('TokenType');
}

/** The earlier of what is asked and what the policy allows. @throws Fault `peer.trust-invalid-request` */
export function agreedExpiry(rst: SecurityTokenRequest, atMs: number, settings: ResponderSettings): number {
  const latest = atMs + settings.contextLifetimeMs;
  const { createdAtMs, expiresAtMs } = rst.lifetime ?? {};
  if (createdAtMs !== undefined && createdAtMs > atMs + settings.policy.clockSkewMs)
    throw invalidRequest('Lifetime begins later');
  if (expiresAtMs === undefined) return latest;
  if (expiresAtMs <= atMs || (createdAtMs !== undefined && expiresAtMs <= createdAtMs))
    throw invalidRequest('Lifetime is over');
  return Math.min(expiresAtMs, latest);
}

/** What the answer to Issue and Renew is made of. */
export interface TokenReplyParts {
  readonly rst: SecurityTokenRequest;
  readonly issued: IssuedKey;
  readonly token: ContextName;
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly messageId: string;
}

/** The answer, protected by the channel alone: new key material is never sent under the old key (WS-SC §1.8). */
export function writeTokenReply(
  request: RequestInHand,
  operation: 'issue' | 'renew',
  parts: TokenReplyParts,
  settings: ResponderSettings,
): Uint8Array {
  const { rst, issued, token, atMs, expiresAtMs, messageId } = parts;
  return writeEnvelope({
    soapVersion: request.outline.soapVersion,
    action: responseAction(rst.version, operation),
    messageId: randomUrn(settings.ambient),
    relatesTo: messageId,
    security: (writer) => writeTimestamp(writer, TIMESTAMP_ID, atMs, atMs + settings.timestampLifetimeMs),
    body: (writer) =>
      writeTokenResponse(writer, {
        version: rst.version,
        context: rst.context,
        token,
        appliesTo: rst.appliesTo,
        proof: issued.proof,
        createdAtMs: atMs,
        expiresAtMs,
        keySizeBits: issued.keySizeBits,
      }),
  });
}

/** Wipes the key and the entropy of an answer that was written. */
export function wipeIssued(issued: IssuedKey | undefined): void {
  if (issued === undefined) return;
  issued.key.wipe();
  if ('entropy' in issued.proof) issued.proof.entropy.wipe();
}

function renewableOf(rst: SecurityTokenRequest): Pick<SecurityContext, 'renewable'> {
  if (rst.renewing === undefined) return {};
  if (!rst.renewing.allow) return { renewable: 'never' };
  return { renewable: rst.renewing.ok ? 'after-expiry' : 'until-expiry' };
}

/** Gives the context an identifier that nobody has had, and makes it durable. */
async function store(
  context: Omit<SecurityContext, 'identifier'>,
  principal: string,
  atMs: number,
  settings: ResponderSettings,
): Promise<string> {
  for (let tries = 0; tries < IDENTIFIER_TRIES_MAX; tries++) {
    const identifier = randomUrn(settings.ambient);
    settings.quota.take(principal, identifier, context.expiresAtMs, atMs);
    let isStored = false;
    try {
      isStored = await settings.store.insert({ ...context, identifier });
      if (isStored) return identifier;
    } finally {
      if (!isStored) settings.quota.release(principal, identifier);
    }
  }
  throw new Fault('internal.invariant', { claim: 'random identifiers are new' });
}
