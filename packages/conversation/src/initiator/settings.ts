import { algorithmSuite, Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import { keyFormOf } from '../bootstrap/hidden-key.ts';
import { guarded } from '../exchange/ambient.ts';
import { FIVE_MINUTES_MS } from '../exchange/durations.ts';
import { Workplace } from '../exchange/workplace.ts';
import { negotiationFor } from '../negotiation/negotiation.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { directKeyBits } from '../protection/direct-key.ts';
import { peerProfile } from '../protection/peer-profiles.ts';
import type { KeyForm } from '../trust/key-element.ts';
import { isKeySize } from '../trust/key-size.ts';
import type { InitiatorOptions } from './options.ts';
import { INITIATOR_OPTIONS } from './options.ts';

/** The options, complete. */
export interface InitiatorSettings
  extends Omit<InitiatorOptions, 'context' | 'tokenId' | 'tokenElement' | 'tokenReferences'> {
  readonly issuer: string;
  readonly profile: ConversationProfile;
  readonly keySizeBits: number;
  readonly directKeyBits: number | undefined;
  readonly entropy: 'client' | 'none';
  readonly keyForm: KeyForm;
  readonly contextAttribute: 'sent' | 'omitted';
  readonly timestampLifetimeMs: number;
  readonly rolloverMs: number;
  readonly openRequestsMax: number;
  readonly answerWithinMs: number;
  readonly workplace: Workplace;
}

const OPEN_REQUESTS_MAX_DEFAULT = 1000;

/** @throws Fault `caller.option-invalid` what no option may be, a key size outside 128..512 or that the profile has no use for, how the
 *   bootstrap cannot be written, or a form of keys that the bootstrap has not */
export function completeInitiatorSettings(options: InitiatorOptions): InitiatorSettings {
  requireOptions(INITIATOR_OPTIONS, options, 'options');
  const profile = options.profile ?? peerProfile('parley');
  const directBits = directKeyBits(profile);
  const keySizeBits = options.keySizeBits ?? directBits ?? algorithmSuite(profile.suite).contextKeyBytes * 8;
  if (!isKeySize(keySizeBits)) throw new Fault('caller.option-invalid', { option: 'keySizeBits', value: keySizeBits });
  if (directBits !== undefined && keySizeBits !== directBits)
    throw new Fault('caller.option-invalid', {
      option: 'keySizeBits',
      value: keySizeBits,
      reason: `keys: 'direct' under ${profile.suite}`,
    });
  return {
    ...options,
    issuer: options.issuer ?? options.to,
    ambient: guarded(options.ambient),
    profile,
    keySizeBits,
    directKeyBits: directBits,
    entropy: options.entropy ?? 'client',
    keyForm: keyFormOf(options),
    contextAttribute: options.contextAttribute ?? 'sent',
    negotiation: negotiationFor(options),
    timestampLifetimeMs: options.timestampLifetimeMs ?? FIVE_MINUTES_MS,
    rolloverMs: options.rolloverMs ?? FIVE_MINUTES_MS,
    openRequestsMax: options.openRequestsMax ?? OPEN_REQUESTS_MAX_DEFAULT,
    answerWithinMs: options.answerWithinMs ?? FIVE_MINUTES_MS,
    workplace: new Workplace(),
  };
}
