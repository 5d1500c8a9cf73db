/** Who may say more of the holder of a context, and what that is worth (WS-SC §4). */
import type { Trust } from '@parley/core';
import type { AssertionIssuer, OpenedMessage, Policy } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { ConversationProfile } from '../protection/conversation-profile.ts';

/** Who may say more of the holder of a context, and what comes of it. */
export interface AmendmentPolicy {
  /** Judges certificates that endorse. Without: none do. */
  readonly trust?: Trust | undefined;
  /** Whose assertions, of the holder of a key that endorses, count. Without: none do. */
  readonly issuers?: readonly AssertionIssuer[] | undefined;
  /** Who we are to issuers. */
  readonly audiences?: readonly string[] | undefined;
  /** Decides. What it gives is kept with the context; `undefined` refuses. */
  decide(request: AmendmentRequest): Amendment | undefined | Promise<Amendment | undefined>;
}

/** What was proven. */
export interface AmendmentRequest {
  readonly identifier: string;
  /** Of the context. */
  readonly principal: string | undefined;
  /** What the context has already. */
  readonly claims: readonly string[];
  /** The subject of the endorsing certificate or assertion. */
  readonly endorser: string;
  /** The request: its assertions, if it has some. */
  readonly message: OpenedMessage;
}

export interface Amendment {
  /** All claims of the context from here on. */
  readonly claims: readonly string[];
  /** When it ends from here on, and no later than a new one would; default: as it was. */
  readonly expiresAtMs?: number | undefined;
}

/** What such requests are opened with: the context signs, and what brings a claim endorses that signature. */
export function amendingPolicy(
  amend: AmendmentPolicy | undefined,
  { requests, handshake }: Pick<ConversationProfile, 'requests' | 'handshake'>,
): Policy | undefined {
  if (amend === undefined) return undefined;
  const { trust, issuers, audiences = [] } = amend;
  const { signatures = policyOf('x509').signatures } = handshake.policy;
  return Object.freeze({
    ...requests.policy,
    signatures,
    endorsedBy: [
      ...(trust === undefined ? [] : (['certificate'] as const)),
      ...(issuers === undefined ? [] : (['saml'] as const)),
    ],
    ...(issuers !== undefined && { confirmations: ['holder-of-key'] as const, audiences }),
  });
}
