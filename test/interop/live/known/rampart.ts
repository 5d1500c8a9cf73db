/** Of Rampart. */
import { CALLS, FAULT, type KnownOutcome } from './known-outcome.ts';

export const RAMPART: readonly KnownOutcome[] = [
  {
    direction: 'to-peer',
    endpoint: /^/,
    steps: ['renew'],
    outcome: /"ActionNotSupported"/,
    reason: 'Rampart: its server has no renewal of contexts (wsa:ActionNotSupported).',
  },
  {
    direction: 'to-peer',
    endpoint: /^(?!tls-(b128|never|norefs)-)/,
    steps: ['call with cancelled'],
    outcome: /^ANSWERED$/,
    reason: 'Rampart: its server goes on taking messages under a context that it has cancelled, its own client’s, too.',
  },
  {
    direction: 'to-peer',
    endpoint: /^mix-/,
    steps: ['issue'],
    outcome: /"InvalidSecurity"/,
    reason:
      'Rampart: its server wants a request for a token signed where its policy has TLS alone, its own client’s, too.',
  },
  {
    direction: 'from-peer',
    endpoint: /^mix-dk-/,
    steps: ['call1'],
    outcome: /Cannot setup signature data structure/,
    reason: 'Rampart: its client cannot endorse with keys that it derives (a NullPointerException in WSDocInfo).',
  },
  {
    direction: 'to-peer',
    endpoint: /^x509-ebs-/,
    steps: ['issue'],
    outcome: /^peer\.(ref-unresolved|derivation-source) /,
    reason:
      'Rampart: where it encrypts first, the answer to a bootstrap refers to a token of the request that is not in the answer; its own ' +
      'client does not read it either.',
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-ebs-/,
    steps: [...CALLS, 'cancel', 'call with cancelled'],
    outcome: /^peer\.bad-context .*"version"/,
    reason:
      'Rampart: where it encrypts first, a message is of two generations at once, which its own peers refuse, too (T53).',
  },
  {
    direction: 'from-peer',
    endpoint: /-ebs-/,
    steps: ['call1'],
    outcome: /Missing wsse:Security header/,
    reason:
      'Rampart: where it encrypts first, a message is of two generations at once, which its own peers refuse, too (T53).',
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-b128-/,
    steps: [...CALLS, 'cancel'],
    outcome: /"FailedCheck"/,
    reason: 'Rampart: its server derives keys of 32 octets under Basic128 and fails with those of its own client, too.',
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-noent-/,
    steps: ['issue'],
    outcome: FAULT,
    reason: 'Rampart: its server fails without entropy of the client’s (a NullPointerException).',
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-(never|norefs)-/,
    steps: [...CALLS, 'cancel'],
    outcome: /"faultCode":"Receiver"/,
    reason:
      'Rampart: its server looks a context up by the token in the message alone, and finds none by another reference.',
  },
  {
    direction: 'to-peer',
    endpoint: /^asym-ek-/,
    steps: ['issue'],
    outcome: /"key length"/,
    reason:
      'Rampart: the key that it issues encrypted for the client’s certificate is not as long as was asked for, and its own client does ' +
      'not find it at all.',
  },
];
