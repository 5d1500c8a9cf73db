import type { ReplayShare, SealedMessage } from '@parley/engine';
import { currentMs } from '../exchange/ambient.ts';
import type { Protection } from '../protection/protection.ts';
import { envelopeAddressing } from '../soap/outline.ts';
import { remember } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/** Under which context an answer is, and on whose account it is remembered. */
interface OwnMessage {
  readonly identifier: string;
  readonly protection: Protection;
  readonly share: ReplayShare;
}

/**
 * Enters an answer of ours into the replay cache, as if it had been received: both sides sign with one key, so that it would
 * open here, too, if somebody sent it back (T85). On all nodes that share the cache.
 *
 * @throws Fault `internal.quota` when it is full, `internal.store-unavailable`
 */
export async function rememberOwn(
  envelope: Uint8Array,
  { signatureValues }: SealedMessage,
  { identifier, protection, share }: OwnMessage,
  settings: ResponderSettings,
): Promise<void> {
  const nowMs = currentMs(settings.ambient);
  const { clockSkewMs } = settings.profile.requests.policy;
  const untilMs = nowMs + settings.timestampLifetimeMs + clockSkewMs;
  // What signs nothing proves nothing, there as here.
  const [value] = signatureValues;
  if (value === undefined) return;
  const isSigned = 'sign' in protection && protection.sign.addressing;
  const messageId = isSigned ? envelopeAddressing(envelope, settings.workplace.tape).messageId : undefined;
  await remember(settings, identifier, messageId ?? value, untilMs, nowMs, share);
}
