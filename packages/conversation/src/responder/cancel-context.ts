/** Cancel: the context's own key asks for its end, and answers for the last time (WS-SC §1.9). */
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import { protect, underContext } from '../protection/protection.ts';
import { chargeCancelled } from '../quota/charged.ts';
import { wipeContext } from '../store/context-copy.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import { writeCancelResponse } from '../trust/response-writer.ts';
import { answerByBootstrap, answerEnvelope } from './answer.ts';
import { tell } from './grant-context.ts';
import type { Opening } from './open-awaited.ts';
import { rememberOwn } from './own-messages.ts';
import { openOwned } from './owned-request.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { addressingOf, openUnderContext } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import { trustRequestOf } from './trust-request.ts';

export interface CancelledContext {
  readonly reply: Uint8Array;
  readonly identifier: string;
}

/** Durable in the store first, then forgotten by every cache, then answered. @throws Fault */
export async function cancelContext(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<CancelledContext> {
  let opening: Opening;
  try {
    opening = await openUnderContext(request, settings.profile.cancels.policy, settings);
  } catch (error) {
    if (!mayBeBootstraps(error)) throw error;
    return await cancelByBootstrap(request, version, settings, error);
  }
  try {
    return await cancelByContext(request, version, opening, settings);
  } finally {
    opening.wipe();
  }
}

// interop: CXF's client cancels under the protection of its bootstrap, CXF 2.6 with proof of the key beside it.
function mayBeBootstraps(error: unknown): error is Fault {
  return (
    error instanceof Fault &&
    ['peer.coverage-missing', 'peer.keyinfo-forbidden', 'peer.structure-invalid'].includes(error.code)
  );
}

async function cancelByContext(
  request: RequestInHand,
  version: Version,
  opening: Opening,
  settings: ResponderSettings,
): Promise<CancelledContext> {
  const { message, context: contextOf } = opening;
  const { identifier, instance } = message;
  const context = identifier === undefined ? undefined : contextOf(identifier);
  if (identifier === undefined || context === undefined)
    throw new Fault('peer.bad-context', { reason: 'not signed by it' });
  const rst = trustRequestOf(opening, version, 'cancel', settings);
  rst.entropy?.wipe();
  const target = rst.cancelTarget;
  // interop: WCF names the context without its key, also when it has been renewed.
  if (target?.identifier !== identifier || (target.instance !== undefined && target.instance !== instance)) {
    throw invalidRequest('CancelTarget');
  }
  await end(identifier, request, settings);
  const { messageId = '' } = addressingOf(message);
  const envelope = answerEnvelope(request, { operation: 'cancel', version }, messageId, settings, (writer) =>
    writeCancelResponse(writer, version, rst.context),
  );
  const { protection } = settings.profile.cancelAnswers;
  const use = { context, instance, ...(settings.profile.confirm && { confirm: message.signatureValues }) };
  const sealed = protect(envelope, underContext(protection, use), settings);
  const share = { owner: context.principal ?? identifier, kind: 'trust' } as const;
  await rememberOwn(envelope, sealed, { identifier, protection, share }, settings);
  return { reply: sealed.octets, identifier };
}

async function cancelByBootstrap(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
  refusal: Fault,
): Promise<CancelledContext> {
  const { bootstrap, unproven } = settings;
  const isHopeless = unproven === 'refuse' && bootstrap.protectedBy === 'channel' && !request.channel.secure;
  if (isHopeless) throw refusal;
  const { proven, rst, target } = await openOwned(request, version, 'cancel', settings);
  try {
    rst.entropy?.wipe();
    await end(target.identifier, request, settings);
    const reply = answerByBootstrap(request, { operation: 'cancel', version, proven }, settings, (writer) =>
      writeCancelResponse(writer, version, rst.context),
    );
    return { reply, identifier: target.identifier };
  } finally {
    proven.opening.wipe();
  }
}

async function end(identifier: string, { atMs }: RequestInHand, settings: ResponderSettings): Promise<void> {
  const { store, total, onEvict, tellServices } = settings;
  const context = (tellServices ?? total) && (await store.get(identifier));
  if (!(await store.cancel(identifier, atMs))) throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
  await chargeCancelled(context ?? { identifier, expiresAtMs: atMs }, atMs, settings);
  await onEvict(identifier);
  if (context === undefined) return;
  try {
    await tell({ kind: 'cancelled', context, scope: undefined }, settings);
  } finally {
    wipeContext(context);
  }
}
