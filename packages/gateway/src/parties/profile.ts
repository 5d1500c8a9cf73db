import type { ConversationProfile } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { PeerConfiguration } from '../configuration/configuration.ts';

/** How messages are protected, as a configuration says. */
export function profileOf({ peer = 'parley', suite, ...policy }: PeerConfiguration): ConversationProfile {
  const { binding, encrypt, order, keys, confirm, clockSkewMs, timestampAgeMaxMs } = policy;
  const times = {
    ...(clockSkewMs !== undefined && { clockSkewMs }),
    ...(timestampAgeMaxMs !== undefined && { timestampAgeMaxMs }),
  };
  return peerProfile(peer, suite, { binding, encrypt, order, keys, confirm, policy: times });
}
