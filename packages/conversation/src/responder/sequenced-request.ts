/** Messages in sequences, or about them, as a responder proves them and answers them: under a context, or each by its bootstrap. */
import { Fault } from '@parley/core';
import type { ContextMessage } from '@parley/engine';
import type { Protection } from '../protection/protection.ts';
import type { Sequenced, SequencedMessage } from '../sequence-keeping/sequence-desk.ts';
import { SequenceDesk } from '../sequence-keeping/sequence-desk.ts';
import { contextOwner, principalOwner } from '../sequence-keeping/sequence-owner.ts';
import { sequencedHandshake } from '../sequence-keeping/sequence-profile.ts';
import { sequenceActionOf } from '../sequence-wire/generation.ts';
import { sealByBootstrap } from './answer.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { liveAt, openByBootstrap } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/** Seals an answer to `request` under its context. @throws Fault */
export type SealUnderContext = (
  envelope: Uint8Array,
  request: ContextMessage,
  protection: Protection,
  kind?: 'unasked',
) => Promise<Uint8Array>;

/** One under the context that proves it. */
export function sequencedUnderContext(
  message: ContextMessage,
  request: RequestInHand,
  { profile }: ResponderSettings,
  seal: SealUnderContext,
): SequencedMessage {
  const { requests, answers, cancels, cancelAnswers } = profile;
  const guards = { application: answers, sequence: cancelAnswers, unasked: cancels };
  return {
    message,
    raw: request.bytes,
    owner: contextOwner(message.identifier),
    policy: requests.policy,
    version: message.version,
    isNumbered: isNumbered(request),
    seal: (envelope, kind) => seal(envelope, message, guards[kind].protection, kind === 'unasked' ? kind : undefined),
    wipe: () => undefined,
  };
}

/**
 * Opens a message outside of every context, and takes it into its sequence; `undefined` for any other, and where no such are taken.
 * @throws Fault as {@link sequencedByBootstrap}, and as `SequenceDesk.take`; `peer.sequence-required` it has to do with none
 */
export async function takeOutside(
  request: RequestInHand,
  desk: SequenceDesk,
  settings: ResponderSettings,
): Promise<Sequenced | undefined> {
  if (settings.sequences?.withoutContext !== true || !isNumbered(request)) return undefined;
  if (request.outline.identifier !== undefined) return undefined;
  const sender = await sequencedByBootstrap(request, settings);
  try {
    const taken = await desk.take(sender);
    if (taken === undefined) throw new Fault('peer.sequence-required');
    return taken;
  } catch (error) {
    sender.wipe();
    throw error;
  }
}

/**
 * One outside of every context.
 * @throws Fault `peer.authentication-failed` of nobody in particular; and as `openByBootstrap`
 */
async function sequencedByBootstrap(request: RequestInHand, settings: ResponderSettings): Promise<SequencedMessage> {
  const { policies, profile } = settings;
  const proven = await openByBootstrap(request, policies.sequenced, settings, { adjust: liveAt(request) });
  const { opening, principal } = proven;
  try {
    // safety: into what is nobody's, anybody could write, and end it, and acknowledge in its name (T106).
    if (principal === undefined) throw new Fault('peer.authentication-failed', { reason: 'a sequence of nobody' });
    const { message } = opening;
    if (!policies.sequenced.requireProof) await chargeUnproven(request, principal, message.replayUntilMs);
    const { version } = request.outline;
    return {
      message: { ...message, principal },
      raw: request.bytes,
      owner: principalOwner(principal),
      policy: policies.sequenced,
      version,
      isNumbered: true,
      seal: async (envelope, kind) =>
        sealByBootstrap(
          request,
          envelope,
          { version, proven },
          settings,
          sequencedHandshake(profile, kind !== 'application'),
        ),
      wipe: () => opening.wipe(),
    };
  } catch (error) {
    opening.wipe();
    throw error;
  }
}

/** What nothing in the message proves, `open` does not ask the memory for: so nobody was charged yet. */
async function chargeUnproven(
  { replays, atMs, outline }: RequestInHand,
  owner: string,
  untilMs: number,
): Promise<void> {
  await replays.isFirst({ scope: '', key: outline.messageId ?? '', untilMs }, atMs, { owner });
}

/** Whether a message says of itself that it is in a sequence, or about one. */
export function isNumbered({ outline }: Pick<RequestInHand, 'outline'>): boolean {
  return outline.isNumbered || sequenceActionOf(outline.action ?? '') !== undefined;
}

/** The desk of a responder that takes sequences. */
export function sequenceDesk({ ambient, profile, sequences, store }: ResponderSettings): SequenceDesk | undefined {
  const { records } = store;
  // `completeSettings` sees to it that there are records.
  if (sequences === undefined || records === undefined) return undefined;
  return new SequenceDesk({ records, sequences, ambient, addressing: profile.addressing });
}
