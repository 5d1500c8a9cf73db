/** A context that the initiator made, told in an unsolicited RSTR (WS-SC §3): taken from those who may make such. */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { storableOctets } from '../store/context-copy.ts';
import { isKeySize } from '../trust/key-material.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import type { SecurityTokenResponse } from '../trust/request-security-token-response.ts';
import { agreedExpiry } from './answer.ts';
import { storeOnce } from './grant-context.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface PropagatedContext {
  readonly kind: 'propagated';
  readonly identifier: string;
  readonly principal: string;
  readonly expiresAtMs: number;
}

/** What came, and who sent it. */
export interface Propagated {
  readonly proven: ProvenRequest;
  readonly version: Version;
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
  { proven: { principal }, version, response, isHidden }: Propagated,
  settings: ResponderSettings,
): Promise<PropagatedContext> {
  const { mayCreate } = settings;
  if (mayCreate === undefined) throw new Fault('peer.trust-request-failed', { reason: 'contexts are made here' });
  if (!(isHidden || response.isKeyEncrypted)) throw new Fault('peer.coverage-missing', { part: 'RequestedProofToken' });
  if (principal === undefined || !(await mayCreate({ principal, use: response.context })))
    throw new Fault('peer.trust-authentication-failed', { reason: 'may not make contexts' });
  const context = contextOf(response, { version, principal }, request, settings);
  if (!(await storeOnce(context, request.atMs, settings)))
    throw new Fault('peer.trust-invalid-token', { reason: 'Identifier in use' });
  const { identifier, expiresAtMs } = context;
  return { kind: 'propagated', identifier, principal, expiresAtMs };
}

function contextOf(
  { token, tokenType, proofKey, keySizeBits, computedKey, entropy, lifetime }: SecurityTokenResponse,
  { version, principal }: { readonly version: Version; readonly principal: string },
  { atMs }: RequestInHand,
  settings: ResponderSettings,
): SecurityContext {
  if (token === undefined || proofKey === undefined || computedKey !== undefined || entropy !== undefined)
    throw invalidRequest('not a token and its key');
  const { identifier, instance, tokenElement } = token;
  // spec: WS-SC §2, what is not understood of a token may be refused: here it is made by somebody who wants us to act on it.
  if ((tokenType ?? VERSION_URIS[version].sct) !== VERSION_URIS[version].sct || instance !== undefined)
    throw new Fault('peer.context-unsupported', { reason: 'token' });
  if (tokenElement !== undefined) throw new Fault('peer.context-unsupported', { reason: 'extensions' });
  const bits = proofKey.lengthBytes * 8;
  if (!isKeySize(bits) || (keySizeBits ?? bits) !== bits)
    throw new Fault('peer.context-unsupported', { reason: 'key size' });
  if (!ABSOLUTE_URI.test(identifier) || storableOctets(identifier) === undefined)
    throw new Fault('peer.trust-invalid-token', { reason: 'Identifier' });
  const expiresAtMs = agreedExpiry(lifetime, atMs, settings);
  return {
    identifier,
    version,
    suite: settings.profile.suite,
    keys: [{ instance: undefined, secret: proofKey, createdAtMs: atMs, expiresAtMs }],
    createdAtMs: atMs,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal,
  };
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:./;
