/** Where the secret of a context signs and encrypts itself. */
import { algorithmSuite } from '@parley/core';
import { isEncrypting } from '@parley/engine/internal';
import type { ConversationProfile } from './conversation-profile.ts';

/** The one size that a key must then have: that of the cipher, in bits. `undefined`: keys are derived, and any will do. */
export function directKeyBits(profile: ConversationProfile): number | undefined {
  const { suite, requests, answers, renewals, cancels, cancelAnswers } = profile;
  const isDirect = [requests, answers, renewals, cancels, cancelAnswers].some(
    ({ protection }) => 'keys' in protection && protection.keys === 'direct' && isEncrypting(protection),
  );
  return isDirect ? algorithmSuite(suite).encryptionKeyBytes * 8 : undefined;
}
