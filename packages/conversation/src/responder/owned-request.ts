/** Renew and Cancel under the protection of the bootstrap: the owner asks, and proves the key or does not. */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextKeyUse, OpenedMessage } from '@parley/engine';
import { provable } from '../exchange/context-clock.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { isSameContext } from '../trust/token-reference.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import { openHandshake } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import { trustRequestOf } from './trust-request.ts';

export interface OwnedRequest {
  /** To be wiped. */
  readonly proven: ProvenRequest;
  /** Its entropy to be wiped. */
  readonly rst: SecurityTokenRequest;
  /** The context, and the key that is to be replaced. */
  readonly target: ContextName;
}

/**
 * Opens such a request, and settles which context it may be about.
 * @throws Fault `peer.authentication-failed` of another principal; `peer.coverage-missing` without proof of the key where it is
 *   wanted; `peer.bad-context`, `peer.trust-invalid-request`; and as `open`
 */
export async function openOwned(
  request: RequestInHand,
  version: Version,
  operation: 'renew' | 'cancel',
  settings: ResponderSettings,
): Promise<OwnedRequest> {
  const proven = await openProven(request, settings);
  try {
    const rst = trustRequestOf(proven.opening, version, operation, settings);
    try {
      const target = operation === 'renew' ? rst.renewTarget : rst.cancelTarget;
      return { proven, rst, target: await ownedTarget(proven, target, settings) };
    } catch (error) {
      rst.entropy?.wipe();
      throw error;
    }
  } catch (error) {
    proven.opening.wipe();
    throw error;
  }
}

async function openProven(request: RequestInHand, settings: ResponderSettings): Promise<ProvenRequest> {
  const { policies, unproven } = settings;
  const adjust = (stored: SecurityContext): SecurityContext => provable(stored, request.latestMs);
  try {
    return await openHandshake(request, policies.proven, settings, adjust);
  } catch (error) {
    if (unproven === 'refuse' || !isWithoutProof(error)) throw error;
    return await openHandshake(request, policies.plain, settings);
  }
}

function isWithoutProof(error: unknown): boolean {
  return error instanceof Fault && error.code === 'peer.coverage-missing' && error.detail['part'] !== 'secure channel';
}

async function ownedTarget(
  { opening, principal }: ProvenRequest,
  target: ContextName | undefined,
  settings: ResponderSettings,
): Promise<ContextName> {
  if (target === undefined) throw invalidRequest('no target');
  const proof = contextProof(opening.message);
  if (proof === undefined) return await unprovenTarget(target, principal, settings);
  if (!isSameContext(target, proof)) throw invalidRequest('another target');
  if (opening.context(proof.identifier)?.principal !== principal)
    throw new Fault('peer.authentication-failed', { reason: 'another principal' });
  return { identifier: proof.identifier, instance: proof.instance };
}

/** The key of a context that signed the message, or endorsed what did. */
function contextProof({ signed }: OpenedMessage): ContextKeyUse | undefined {
  for (const { key } of signed) if (key.source === 'context') return key;
  return undefined;
}

// safety: whoever has the credential may have the context, as far as the peer's own rules go; nobody's contexts are nobody's.
async function unprovenTarget(
  { identifier }: ContextName,
  principal: string | undefined,
  { store, unproven }: ResponderSettings,
): Promise<ContextName> {
  if (unproven === 'refuse') throw new Fault('peer.coverage-missing', { part: 'proof of the context' });
  const context = await store.get(identifier);
  try {
    if (context === undefined || context.cancelledAtMs !== undefined)
      throw new Fault('peer.bad-context', { identifier });
    if (principal === undefined || context.principal !== principal)
      throw new Fault('peer.authentication-failed', { reason: 'another principal' });
    const newest = context.keys.at(-1);
    return { identifier, instance: newest?.instance };
  } finally {
    wipeContext(context);
  }
}
