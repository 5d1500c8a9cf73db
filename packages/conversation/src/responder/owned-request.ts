/** Renew and Cancel under the protection of the bootstrap: the owner asks, and proves the key or does not. */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { selectKey } from '@parley/core/internal';
import type { ContextKeyUse, OpenedMessage } from '@parley/engine';
import { neverRevived, provable } from '../exchange/context-clock.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { ContextStore } from '../store/context-store.ts';
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
      return { proven, rst, target: await ownedTarget(proven, { target, version }, settings) };
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
  const { bootstrap, policies, store, unproven } = settings;
  const adjust = (stored: SecurityContext): SecurityContext => provable(stored, request.latestMs);
  const sessions = bootstrap.contexts && new SessionsOfRequest(bootstrap.contexts, store);
  try {
    const proven = await openHandshake(request, policies.proven, settings, { store: sessions ?? store, adjust });
    try {
      sessions?.require(proven.opening.message, request);
      return proven;
    } catch (error) {
      proven.opening.wipe();
      throw error;
    }
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
  { target, version }: Pick<SecurityTokenRequest, 'version'> & { readonly target: ContextName | undefined },
  settings: ResponderSettings,
): Promise<ContextName> {
  if (target === undefined) throw invalidRequest('no target');
  const proof = contextProof(opening.message, settings.bootstrap);
  if (proof === undefined) return await unprovenTarget(target, principal, settings);
  if (!isSameContext(target, proof)) throw invalidRequest('another target');
  const context = opening.context(proof.identifier);
  if (context?.version !== undefined && context.version !== version) throw invalidRequest('generations mixed');
  if (context?.principal !== principal) throw new Fault('peer.authentication-failed', { reason: 'another principal' });
  return { identifier: proof.identifier, instance: proof.instance };
}

/** The key of a context that signed the message, or endorsed what did: that of a session is not what is renewed. */
function contextProof(message: OpenedMessage, { contexts }: ResponderSettings['bootstrap']): ContextKeyUse | undefined {
  const session = contexts && sessionOf(message).identifier;
  for (const { key } of message.signed) if (key.source === 'context' && key.identifier !== session) return key;
  return undefined;
}

/** The session that a message is under, where sessions are the bootstrap. */
function sessionOf({
  bearerContext,
  identifier,
  instance,
}: OpenedMessage): Pick<OpenedMessage, 'identifier' | 'instance'> {
  return bearerContext ?? { identifier, instance };
}

/**
 * The contexts of a message that is under a session of somebody else's and proves one of ours. What is ours may be over, and is renewed
 * then where that is agreed; the session may not.
 */
class SessionsOfRequest implements Pick<ContextStore, 'get'> {
  readonly #sessions: Pick<ContextStore, 'get'>;
  readonly #ours: Pick<ContextStore, 'get'>;
  readonly #found = new Map<string, SecurityContext>();

  constructor(sessions: Pick<ContextStore, 'get'>, ours: Pick<ContextStore, 'get'>) {
    this.#sessions = sessions;
    this.#ours = ours;
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    const session = await this.#sessions.get(identifier);
    if (session === undefined) return await this.#ours.get(identifier);
    this.#found.set(identifier, session);
    return session;
  }

  /** @throws Fault `peer.authentication-failed` no session, or one in place of a context of ours; `peer.context-expired`, `peer.bad-context` */
  require(message: OpenedMessage, { atMs, latestMs }: RequestInHand): void {
    const { identifier = '', instance } = sessionOf(message);
    const session = this.#found.get(identifier);
    if (session === undefined) throw new Fault('peer.authentication-failed', { reason: 'no session' });
    selectKey(neverRevived(session, latestMs), instance, atMs);
    // safety: what another issuer calls by the name of a context of ours is not that one.
    const isTheirs = ({ key }: OpenedMessage['signed'][number]): boolean =>
      key.source === 'context' && key.identifier !== identifier && this.#found.has(key.identifier);
    if (this.#sessions !== this.#ours && message.signed.some(isTheirs))
      throw new Fault('peer.authentication-failed', { reason: 'two sessions' });
  }
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
