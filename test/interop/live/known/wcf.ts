/** Of WCF. */
import type { KnownOutcome } from './known-outcome.ts';

const COOKIE = { direction: 'to-peer', endpoint: /,cookie/ } as const;

const MONO =
  'Mono: WCF signs RSA-SHA256 with the key of a store, and a key from a file is in none (“Keyset does not exist”).';

export const WCF: readonly KnownOutcome[] = [
  {
    ...COOKIE,
    steps: ['renew'],
    outcome: /"InvalidSecurity"/,
    reason:
      'WCF: a context that is a cookie (RequireCancellation=false) is not renewed; its own client asks for another.',
  },
  {
    ...COOKIE,
    steps: ['cancel', 'call with cancelled'],
    outcome: /^(.*"SecureConversationCancellationNotAllowed".*|ANSWERED)$/,
    reason: 'WCF: a context that is a cookie (RequireCancellation=false) is not cancelled, and goes on until its time.',
  },
  {
    direction: 'from-peer',
    endpoint: /^cb,anon(?!.*,sc).*,rm/,
    steps: ['all', 'received', 'refused'],
    outcome: /^(at open: .*The message was refused|refused$|peer\.authentication-failed .*nobody)/,
    reason: 'A sequence outside of every context, of a client that is nobody: anybody could write into it. Refused.',
  },
  {
    direction: 'from-peer',
    endpoint: /^cb,mutual,.*sha256/,
    steps: ['all'],
    outcome: /Keyset does not exist/,
    reason: MONO,
  },
  {
    direction: 'to-peer',
    endpoint: /^cb,mutual,.*v10bsp,sha256/,
    steps: ['issue'],
    outcome: /^peer\.http-/,
    reason: MONO,
  },
];
