/** Of CXF 2.6 in Open Liberty. */
import { CALLS, FAULT, type KnownOutcome } from './known-outcome.ts';

const SHA256_OF_26 =
  'CXF 2.6: the Sha256 suites work with nobody, itself included: its client signs with SHA-1 digests and keys of 32 octets, its ' +
  'server wants SHA-256 and refuses the 24 octets of WS-SecurityPolicy (“signature derived key length”).';
const GCM_OF_26 = 'CXF 2.6: it has no GCM.';
const CONFIRMATION_OF_26 =
  'CXF 2.6: its client forgets the values of signatures that endorse over TLS, so the SignatureConfirmation that it asked for makes ' +
  'it fail (“no stored signature values”), its own server’s, too.';

export const LIBERTY: readonly KnownOutcome[] = [
  {
    direction: 'to-peer',
    endpoint: /^/,
    steps: ['renew', 'cancel'],
    outcome: FAULT,
    reason:
      'CXF 2.6: its server knows no Renew and no Cancel (“does not match an operation”), nor does it for its own client.',
  },
  {
    direction: 'to-peer',
    endpoint: /^(?!.*-(sha|gcm|never|pt)-)/,
    steps: ['call with cancelled'],
    outcome: /^ANSWERED$/,
    reason: 'CXF 2.6: its server knows no Cancel, so the context lives on until it expires.',
  },
  {
    direction: 'to-peer',
    endpoint: /^mix-/,
    steps: ['issue'],
    outcome: FAULT,
    reason: 'CXF 2.6: its server fails at Issue where the context endorses over TLS, its own client’s, too.',
  },
  { direction: 'to-peer', endpoint: /^(tls|asym)-sha-/, steps: CALLS, outcome: FAULT, reason: SHA256_OF_26 },
  { direction: 'to-peer', endpoint: /^(x509|ut)-sha-/, steps: ['issue'], outcome: FAULT, reason: SHA256_OF_26 },
  {
    direction: 'from-peer',
    endpoint: /-sha-/,
    steps: ['issue+call1'],
    outcome: /policy alternatives can not be satisfied/,
    reason: SHA256_OF_26,
  },
  { direction: 'to-peer', endpoint: /^tls-gcm-/, steps: CALLS, outcome: /"UnsupportedAlgorithm"/, reason: GCM_OF_26 },
  {
    direction: 'to-peer',
    endpoint: /^x509-gcm-/,
    steps: ['issue'],
    outcome: /"UnsupportedAlgorithm"/,
    reason: GCM_OF_26,
  },
  {
    direction: 'from-peer',
    endpoint: /-gcm-/,
    steps: ['issue+call1'],
    outcome: /Cannot encrypt data/,
    reason: GCM_OF_26,
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-(never|pt)-/,
    steps: CALLS,
    outcome: FAULT,
    reason:
      'CXF 2.6: its server answers neither where the token is not in the message nor under sp:ProtectTokens, its own client neither.',
  },
  {
    direction: 'from-peer',
    endpoint: /^tls-conf-/,
    steps: ['renew+call', 'call after renew', 'call+cancel'],
    outcome: /no stored signature values/,
    reason: CONFIRMATION_OF_26,
  },
  {
    direction: 'from-peer',
    endpoint: /^mix-conf-/,
    steps: ['issue+call1'],
    outcome: /no stored signature values/,
    reason: CONFIRMATION_OF_26,
  },
];
