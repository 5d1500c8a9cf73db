/** One request on its way through a responder, and the checks that all requests share. */
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { AddressingClaims, Credentials, OpenedMessage, Policy, ReplayShare } from '@parley/engine';
import type { Channel } from '../exchange/channel.ts';
import { neverRevived, provable } from '../exchange/context-clock.ts';
import { restsOnTransport } from '../protection/protection.ts';
import type { AwaitedReplays } from '../replay/awaited-replays.ts';
import { failureOf } from '../replay/awaited-replays.ts';
import type { Outline } from '../soap/outline.ts';
import type { AwaitedOpenRequest, Opening } from './open-awaited.ts';
import { openAwaited } from './open-awaited.ts';
import type { ResponderSettings } from './settings.ts';

export interface RequestInHand {
  readonly bytes: Uint8Array;
  readonly outline: Outline;
  readonly channel: Channel;
  readonly atMs: number;
  /** The latest time that this responder was ever told. */
  readonly latestMs: number;
  readonly replays: AwaitedReplays;
}

/** Opens a request that a context protects; `credentials` are for what else its policy asks for. @throws Fault */
export async function openUnderContext(
  request: RequestInHand,
  policy: Policy,
  settings: ResponderSettings,
  adjust: AwaitedOpenRequest['adjust'] = liveAt(request),
  credentials?: Credentials,
): Promise<Opening> {
  return await openRequest(request, { policy, adjust, credentials }, settings);
}

/** A request that its bootstrap has proven, and who sent it. */
export interface ProvenRequest extends ProvenMessage {
  readonly addressing: AddressingClaims & { readonly messageId: string };
}

/** A message that its bootstrap has proven, and who sent it. */
export interface ProvenMessage {
  readonly opening: Opening;
  readonly principal: string | undefined;
}

/** Where the contexts are that a request is under, and what each passes through first. */
export type ContextSource = Pick<AwaitedOpenRequest, 'store' | 'adjust'>;

/**
 * Opens a request that the bootstrap protects.
 * @throws Fault `peer.coverage-missing` the channel is not secure, or MessageID is missing; and as `open`
 */
export async function openHandshake(
  request: RequestInHand,
  policy: Policy,
  settings: ResponderSettings,
  contexts: ContextSource = { store: settings.bootstrap.contexts ?? settings.store, adjust: liveAt(request) },
): Promise<ProvenRequest> {
  await settings.throttles.bootstrap(request.channel.address, request.atMs);
  const { opening, principal } = await openByBootstrap(request, policy, settings, contexts);
  try {
    const { message } = opening;
    const { messageId, ...addressing } = addressingOf(message);
    if (messageId === undefined) throw new Fault('peer.coverage-missing', { part: 'wsa:MessageID' });
    const owner = principal ?? '';
    settings.quota.request(owner, request.atMs);
    await settings.throttles.request(owner, request.atMs);
    // What nothing in the message proves is not remembered by `open`: nobody could tell two of them apart.
    if (!policy.requireProof) {
      await requireFirst(settings, `handshake ${principal}`, messageId, message.replayUntilMs, request.atMs, {
        owner,
        kind: 'trust',
      });
    }
    return { opening, principal, addressing: { ...addressing, messageId } };
  } catch (error) {
    opening.wipe();
    throw error;
  }
}

/** Opens a message that the bootstrap protects, and no more. @throws Fault as {@link openHandshake} */
export async function openByBootstrap(
  request: RequestInHand,
  policy: Policy,
  settings: ResponderSettings,
  contexts: Partial<ContextSource> & Pick<ContextSource, 'adjust'>,
): Promise<ProvenMessage> {
  const { bootstrap } = settings;
  const { channel } = request;
  if (bootstrap.protectedBy === 'channel') requireSecure(channel);
  const { credentials } = bootstrap;
  const authenticate = settings.throttles.login(bootstrap.authenticate, channel.address, request.atMs);
  const opening = await openRequest(request, { policy, credentials, authenticate, ...contexts }, settings).catch(
    (error: unknown) => explained(error, request, policy, settings),
  );
  try {
    const { message, user, sessionKey } = opening;
    const principal = bootstrap.principalOf({ message, channel, user, sessionKey, context: contextOf(opening) });
    return { opening, principal };
  } catch (error) {
    opening.wipe();
    throw error;
  }
}

/**
 * Why a bootstrap is refused: nobody is as little somebody as the wrong one is; and whoever proves the key of a session that is over
 * may know that it is (WS-Trust §11).
 */
async function explained(
  error: unknown,
  request: RequestInHand,
  policy: Policy,
  settings: ResponderSettings,
): Promise<never> {
  const { contexts } = settings.bootstrap;
  if (error instanceof Fault && error.code === 'peer.context-expired' && contexts !== undefined) {
    let isRenewable = false;
    const adjust = (context: SecurityContext): SecurityContext => {
      isRenewable = context.renewable !== 'never';
      return provable(context, request.latestMs);
    };
    const opening = await openRequest(request, { policy, adjust, store: contexts }, settings).catch(() => undefined);
    opening?.wipe();
    if (opening !== undefined && isRenewable) throw new Fault('peer.trust-renew-needed', error.detail, error);
  }
  if (error instanceof Fault && error.code === 'peer.coverage-missing' && error.detail['part'] === 'wsse:UsernameToken')
    throw new Fault('peer.authentication-failed', { reason: 'no user' });
  throw error;
}

async function openRequest(
  request: RequestInHand,
  more: Pick<AwaitedOpenRequest, 'policy' | 'adjust' | 'credentials' | 'authenticate'> &
    Partial<Pick<AwaitedOpenRequest, 'store'>>,
  { store, workplace }: ResponderSettings,
): Promise<Opening> {
  const { bytes, atMs, channel, replays, outline } = request;
  requireChannel(channel, more.policy);
  const { soapAction } = channel;
  const { identifier } = outline;
  const opening = await openAwaited(bytes, { store, identifier, workplace, replays, atMs, soapAction, ...more });
  try {
    requireRequest(opening.message, request);
    return opening;
  } catch (error) {
    opening.wipe();
    throw error;
  }
}

/** @throws Fault `peer.coverage-missing` the policy rests on a channel that is not secure */
export function requireChannel(channel: Channel, policy: Policy): void {
  if (restsOnTransport(policy)) requireSecure(channel);
}

/** @throws Fault `peer.reflected` an answer; `peer.action-mismatch` another request than it looked like */
export function requireRequest(message: OpenedMessage, { outline }: Pick<RequestInHand, 'outline'>): void {
  const { action, relatesTo } = addressingOf(message);
  // safety: an answer, ours or anybody's, is no request: it may have come back (T85).
  if (relatesTo !== undefined) throw new Fault('peer.reflected', { header: 'RelatesTo' });
  // safety: the unverified action chose this way, so the verified one must be the same.
  if (action !== undefined && action !== outline.action) throw new Fault('peer.action-mismatch');
}

/** The context that a message is under, if it is under one. */
export function contextOf({ message: { identifier }, context }: Opening): SecurityContext | undefined {
  return identifier === undefined ? undefined : context(identifier);
}

/** What the wsa headers say: signed, or where the policy does without, as they are. */
export function addressingOf(message: OpenedMessage): AddressingClaims {
  const { action, messageId, relatesTo, to, claimedAddressing } = message;
  return claimedAddressing ?? { action, messageId, relatesTo, to };
}

function requireSecure({ secure }: Channel): void {
  if (!secure) throw new Fault('peer.coverage-missing', { part: 'secure channel' });
}

/** @throws Fault `peer.replay`, `internal.quota` when the cache is full, `internal.store-unavailable` */
async function requireFirst(
  settings: Pick<ResponderSettings, 'replayCache'>,
  scope: string,
  replayKey: string,
  untilMs: number,
  nowMs: number,
  share: ReplayShare,
): Promise<void> {
  if (!(await remember(settings, scope, replayKey, untilMs, nowMs, share)))
    throw new Fault('peer.replay', { identifier: scope });
}

/** Inserts into the replay cache. @throws Fault `internal.quota` when it is full, `internal.store-unavailable` */
export async function remember(
  { replayCache }: Pick<ResponderSettings, 'replayCache'>,
  scope: string,
  replayKey: string,
  untilMs: number,
  nowMs: number,
  share: ReplayShare,
): Promise<boolean> {
  try {
    return await replayCache.insertIfAbsent(scope, replayKey, untilMs, nowMs, share);
  } catch (error) {
    throw failureOf(error);
  }
}

/** {@link neverRevived} for a request in hand: what contexts of the store pass through. */
export function liveAt({ latestMs }: RequestInHand): (context: SecurityContext) => SecurityContext {
  return (context) => neverRevived(context, latestMs);
}
