/** Contexts told in an unsolicited RSTR (WS-SC §3), by whoever made them or by an issuer: taken from those who may. */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { chargeRenewed, storeOnce } from '../quota/charged.ts';
import { storableOctets } from '../store/context-copy.ts';
import { isKeySize } from '../trust/key-size.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import type { SecurityTokenResponse } from '../trust/request-security-token-response.ts';
import { agreedExpiry } from './answer.ts';
import { withKey } from './renew-context.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface PropagatedContext {
  readonly kind: 'propagated';
  readonly identifier: string;
  /** `undefined`: of nobody in particular, as its issuer says. */
  readonly principal: string | undefined;
  readonly expiresAtMs: number;
}

/** What came, and who sent it. */
export interface Propagated {
  readonly proven: ProvenRequest;
  readonly version: Version;
  /** `renew`: another key for a context that was told before. */
  readonly operation: 'issue' | 'renew';
  /** Its key stays the caller's. */
  readonly response: SecurityTokenResponse;
  /** Whether its key can have been read by nobody on the way. */
  readonly isHidden: boolean;
}

/**
 * Stores the context of a proven message that brings one.
 * @throws Fault `peer.trust-request-failed` none are taken; `peer.trust-authentication-failed` not from him; `peer.coverage-missing`
 *   its key was readable on the way; `peer.context-unsupported`; `peer.trust-invalid-token` its name is taken; `internal.quota`
 */
export async function takePropagated(
  request: RequestInHand,
  { proven, version, operation, response, isHidden }: Propagated,
  settings: ResponderSettings,
): Promise<PropagatedContext> {
  const ownerOf = response.onBehalfOf === undefined ? makerOf : representedBy;
  if (!(isHidden || response.isKeyEncrypted)) throw new Fault('peer.coverage-missing', { part: 'RequestedProofToken' });
  const principal = await ownerOf(proven.principal, response, settings);
  const context = contextOf(response, { version, operation, principal }, request, settings);
  const { identifier, expiresAtMs } = context;
  if (operation === 'renew') await addKey(context, request, settings);
  else if (!(await storeOnce(context, request.atMs, settings)))
    throw new Fault('peer.trust-invalid-token', { reason: 'Identifier in use' });
  return { kind: 'propagated', identifier, principal, expiresAtMs };
}

/** Whoever made it, who is somebody and may. */
async function makerOf(
  principal: string | undefined,
  { context: use }: SecurityTokenResponse,
  { mayCreate }: ResponderSettings,
): Promise<string> {
  if (mayCreate === undefined) throw new Fault('peer.trust-request-failed', { reason: 'contexts are made here' });
  // safety: an answer that is no yes is a no, whatever it is (T90).
  if (principal === undefined || (await mayCreate({ principal, use })) !== true)
    throw new Fault('peer.trust-authentication-failed', { reason: 'may not make contexts' });
  return principal;
}

/** Whom an issuer names, whose word counts. */
async function representedBy(
  issuer: string | undefined,
  { context: use, onBehalfOf }: SecurityTokenResponse,
  { mayTransfer }: ResponderSettings,
): Promise<string | undefined> {
  if (mayTransfer === undefined) throw new Fault('peer.trust-request-failed', { reason: 'contexts are made here' });
  const principal = onBehalfOf?.name;
  if (issuer === undefined || (await mayTransfer({ issuer, principal, use })) !== true)
    throw new Fault('peer.trust-authentication-failed', { reason: 'may not speak for others' });
  return principal;
}

/** Another key of a context that is there, of the same principal. */
async function addKey(
  { identifier, principal, keys: [key], expiresAtMs }: SecurityContext,
  request: RequestInHand,
  settings: ResponderSettings,
): Promise<void> {
  let beforeMs = expiresAtMs;
  const isStored = await settings.store.update(identifier, (current) => {
    beforeMs = current.expiresAtMs;
    const isNew = current.keys.every(({ instance }) => instance !== key?.instance);
    if (key === undefined || current.principal !== principal || !isNew)
      throw new Fault('peer.trust-invalid-token', { reason: 'not a new key of this context' });
    return withKey(current, key, request, settings);
  });
  if (!isStored) throw new Fault('peer.bad-context', { identifier });
  await chargeRenewed({ identifier, expiresAtMs: beforeMs }, expiresAtMs, request.atMs, settings);
  await settings.onEvict(identifier);
}

function contextOf(
  { token, tokenType, proofKey, keySizeBits, computedKey, entropy, lifetime }: SecurityTokenResponse,
  { version, operation, principal }: Pick<Propagated, 'version' | 'operation'> & Pick<SecurityContext, 'principal'>,
  { atMs }: RequestInHand,
  settings: ResponderSettings,
): SecurityContext {
  if (token === undefined || proofKey === undefined || computedKey !== undefined || entropy !== undefined)
    throw invalidRequest('not a token and its key');
  const { identifier, instance, tokenElement } = token;
  // spec: WS-SC §2, what is not understood of a token may be refused: here it is made by somebody who wants us to act on it.
  if ((tokenType ?? VERSION_URIS[version].sct) !== VERSION_URIS[version].sct)
    throw new Fault('peer.context-unsupported', { reason: 'TokenType' });
  if ((instance !== undefined) !== (operation === 'renew'))
    throw new Fault('peer.context-unsupported', { reason: 'Instance' });
  if (tokenElement !== undefined) throw new Fault('peer.context-unsupported', { reason: 'extensions' });
  const bits = proofKey.lengthBytes * 8;
  const { directKeyBits = bits } = settings;
  if (!isKeySize(bits) || (keySizeBits ?? bits) !== bits || directKeyBits !== bits)
    throw new Fault('peer.context-unsupported', { reason: 'key size' });
  if (!ABSOLUTE_URI.test(identifier) || storableOctets(identifier) === undefined)
    throw new Fault('peer.trust-invalid-token', { reason: 'Identifier' });
  const expiresAtMs = agreedExpiry(lifetime, atMs, settings);
  return {
    identifier,
    version,
    suite: settings.profile.suite,
    keys: [{ instance, secret: proofKey, createdAtMs: atMs, expiresAtMs }],
    createdAtMs: atMs,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal,
  };
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:./;
