/** Of WCF. */
import type { KnownOutcome } from './known-outcome.ts';

const COOKIE = { direction: 'to-peer', endpoint: /,cookie/ } as const;

const TWO_SIGNATURES =
  'Decision: where a certificate over TLS began, WCF renews with two signatures side by side, the certificate’s and the context’s, ' +
  'each over the Timestamp. Parley has one signature of a message, and others over it: it takes no such Renew, and ' +
  'WCF none of its own. `connect` establishes another context when the old one ends.';

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
    direction: 'to-peer',
    endpoint: /^(ws|ws2007),cert,sc,tls|^cb,certtls/,
    steps: ['renew'],
    outcome: /"InvalidSecurity"/,
    reason: TWO_SIGNATURES,
  },
  {
    direction: 'from-peer',
    endpoint: /^cb,certtls,.*renew/,
    steps: ['all', 'refused', 'received'],
    outcome: /refused|^peer\.coverage-missing /,
    reason: TWO_SIGNATURES,
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
