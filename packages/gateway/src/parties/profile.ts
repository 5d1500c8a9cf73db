import type { ConversationProfile } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { PeerConfiguration } from '../configuration/configuration.ts';

/** How messages are protected, as a configuration says. */
export function profileOf({ peer = 'parley', suite, ...policy }: PeerConfiguration): ConversationProfile {
  const { binding, encrypt, order, keys, confirm } = policy;
  return peerProfile(peer, suite, { binding, encrypt, order, keys, confirm });
}
