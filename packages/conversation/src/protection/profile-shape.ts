/** What each member of a profile, and of what an endpoint's policy says, may be. */
import { SUITE_NAMES } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { anything, FLAG, objectWith, oneOf, optional, shapeOf } from '@parley/core/internal';
import { POLICY_CHANGES, PROTECTION_ORDERS } from '@parley/engine/internal';
import { ADDRESSING_STYLE } from '../soap/addressing-style.ts';
import type { ConversationProfile, HandshakeStyle } from './conversation-profile.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import type { Guard } from './protection.ts';

// What is in a guard, `seal` and `open` look at.
const GUARD: Kind<Guard> = objectWith<Guard>({ protection: anything(), policy: anything() });
const KEYS = oneOf(['combined', 'any']);
const ENCRYPT = oneOf(['none', 'body', 'body-and-signature']);
const ORDER = oneOf(PROTECTION_ORDERS);

export const CONVERSATION_PROFILE: Kind<ConversationProfile> = shapeOf<ConversationProfile>({
  suite: oneOf(SUITE_NAMES),
  addressing: ADDRESSING_STYLE,
  pairing: oneOf(['relates-to', 'connection']),
  handshake: objectWith<HandshakeStyle>({
    protection: anything(),
    keys: optional(oneOf(['explicit', 'direct'])),
    signature: anything(),
    policy: anything(),
    confirm: oneOf(['none', 'signed-unless-user', 'signed', 'all']),
  }),
  requests: GUARD,
  answers: GUARD,
  renewals: objectWith<ConversationProfile['renewals']>({ protection: anything(), policy: anything() }),
  cancels: GUARD,
  cancelAnswers: GUARD,
  confirm: FLAG,
  keys: KEYS,
});

export const ENDPOINT_POLICY: Kind<EndpointPolicy> = shapeOf<EndpointPolicy>({
  binding: optional(oneOf(['symmetric', 'transport'])),
  encrypt: optional(ENCRYPT),
  order: optional(ORDER),
  keys: optional(oneOf(['explicit', 'implied', 'direct'])),
  handshake: optional(
    shapeOf<NonNullable<EndpointPolicy['handshake']>>({
      encrypt: optional(ENCRYPT),
      order: optional(ORDER),
      confirm: optional(FLAG),
    }),
  ),
  token: optional(oneOf(['attached', 'external'])),
  confirm: optional(FLAG),
  entropy: optional(KEYS),
  addressing: optional(oneOf(['1.0', '2004/08', 'none'])),
  mustUnderstandAddressing: optional(FLAG),
  policy: optional(POLICY_CHANGES),
});
