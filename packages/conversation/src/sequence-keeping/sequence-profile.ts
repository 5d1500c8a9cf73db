/** How messages are protected, and read, where they may be in sequences. */
import { optional, requireKind, TEXT } from '@parley/core/internal';
import type { HeaderName, Policy } from '@parley/engine';
import { checkedPolicy } from '@parley/engine/internal';
import type { ConversationProfile, HandshakeStyle } from '../protection/conversation-profile.ts';
import { CONVERSATION_PROFILE } from '../protection/profile-shape.ts';
import type { ContextProtection, Guard, Protection } from '../protection/protection.ts';
import { SEQUENCE_VERSIONS, sequenceNamespace } from '../sequence-wire/generation.ts';

/** Header blocks about sequences: where they are, they are signed, on both sides. */
export const SEQUENCE_HEADERS: readonly HeaderName[] = SEQUENCE_VERSIONS.map((version) => ({
  namespace: sequenceNamespace(version),
}));

const ADDRESS = optional(TEXT);

/**
 * `profile`, for messages that may be in sequences: header blocks about these are understood, and signed where a signature has any
 * other header. `peerAddress`: where the peer may ask to be answered, beside the connection.
 */
export function withSequences(profile: ConversationProfile, peerAddress?: string): ConversationProfile {
  requireKind(CONVERSATION_PROFILE, profile, 'profile');
  requireKind(ADDRESS, peerAddress, 'peerAddress');
  const guarded = ({ protection, policy }: Guard): Guard => ({
    protection: signing(protection),
    policy: understanding(policy, peerAddress),
  });
  return {
    ...profile,
    requests: guarded(profile.requests),
    answers: guarded(profile.answers),
    cancels: guarded(profile.cancels),
    cancelAnswers: guarded(profile.cancelAnswers),
  };
}

function signing(protection: Protection): Protection {
  return 'transport' in protection ? protection : signingHeaders(protection);
}

function signingHeaders<Signing extends Pick<ContextProtection, 'sign'>>(protection: Signing): Signing {
  const { sign } = protection;
  // What signs no header leaves them to the transport.
  if (!sign.addressing) return protection;
  return { ...protection, sign: { ...sign, headers: [...(sign.headers ?? []), ...SEQUENCE_HEADERS] } };
}

/**
 * How a bootstrap writes and reads single messages in sequences, outside of every context: as messages are encrypted under one. `alone`: what
 * is about sequences and nothing else is protected as the end of a context is, signed and in clear where the peer has it so. `peerAddress`: where
 * the peer may ask to be answered, beside the connection.
 */
export function sequencedHandshake(
  { handshake, requests, cancels }: Pick<ConversationProfile, 'handshake' | 'requests' | 'cancels'>,
  alone: boolean,
  peerAddress?: string,
): HandshakeStyle {
  const { protection, policy } = handshake;
  const [message, said] = [requests, alone ? cancels : requests].map(signedBody);
  // Tokens beside a Body in clear are encrypted, in the order of all messages.
  const like = message && said && { encrypt: said.encrypt, order: message.order, tokenOrder: message.tokenOrder };
  return {
    ...handshake,
    protection: signingHeaders({ ...protection, ...like }),
    keys: said?.keys === 'direct' ? 'direct' : handshake.keys,
    policy: {
      ...policy,
      understoodHeaders: [...(policy.understoodHeaders ?? []), ...SEQUENCE_HEADERS],
      replyAddresses: [...(policy.replyAddresses ?? []), ...listed(peerAddress)],
    },
  };
}

/** Messages whose Body is not signed leave all to TLS: a bootstrap that protects itself does not. */
function signedBody({ protection }: Guard): ContextProtection | undefined {
  return 'sign' in protection && protection.sign.body ? protection : undefined;
}

function understanding(policy: Policy, peerAddress: string | undefined): Policy {
  return checkedPolicy({
    ...policy,
    understoodHeaders: [...policy.understoodHeaders, ...SEQUENCE_HEADERS],
    replyAddresses: [...policy.replyAddresses, ...listed(peerAddress)],
  });
}

function listed(address: string | undefined): readonly string[] {
  return address === undefined ? [] : [address];
}
