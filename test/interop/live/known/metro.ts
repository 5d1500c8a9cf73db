/** Of Metro. */
import type { KnownOutcome } from './known-outcome.ts';

export const METRO: readonly KnownOutcome[] = [
  {
    direction: 'from-peer',
    endpoint: /^tls-pt-/,
    steps: ['call1'],
    outcome: /Invalid Security Header/,
    reason:
      'Metro: what its client signs under sp:ProtectTokens has a digest that does not fit (`peer.digest-mismatch`); its own server ' +
      'refuses it, too.',
  },
];
