/** What does not go as one would expect, by a defect of the peer's or a decision of ours. An entry that is not needed fails. */
import type { Direction } from './live-rows.ts';

export interface KnownOutcome {
  readonly peer: string;
  readonly direction: Direction;
  /** Of the endpoint's name. */
  readonly endpoint: RegExp;
  readonly steps: readonly string[];
  readonly outcome: RegExp;
  /** Whose doing it is, with what shows it. */
  readonly reason: string;
}

const CALLS = ['call1', 'call2', 'call after renew'];
const FAULT = /^peer\.soap-fault /;

type Entries = readonly Omit<KnownOutcome, 'peer'>[];

const cxf: Entries = [
  {
    direction: 'to-peer',
    endpoint: /^tls-never-/,
    steps: CALLS,
    outcome: FAULT,
    reason:
      'CXF: its server finds no token by an external reference (“No signature token id”), nor does it for its own client.',
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-pt-/,
    steps: CALLS,
    outcome: FAULT,
    reason:
      'CXF: its server cannot write answers under sp:ProtectTokens (“Cannot resolve element with ID”), nor for its own client.',
  },
  {
    direction: 'from-peer',
    endpoint: /^x509-/,
    steps: ['renew', 'cancel', 'renewed', 'call with cancelled'],
    outcome: /^(FAILED .*refused|issued anew$|ok$)/,
    reason:
      'Decision: the context of an anonymous client is nobody’s, so a Renew or Cancel without proof of its key, which is what ' +
      'CXF’s client sends, is refused. It establishes another context by itself, and goes on with the one not cancelled.',
  },
];

const metro: Entries = [
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

const rampart: Entries = [
  {
    direction: 'to-peer',
    endpoint: /^/,
    steps: ['renew'],
    outcome: /"ActionNotSupported"/,
    reason: 'Rampart: its server has no renewal of contexts (wsa:ActionNotSupported).',
  },
  {
    direction: 'to-peer',
    endpoint: /^/,
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
    outcome: /^peer\.ref-unresolved /,
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
    outcome: /holds no BinarySecret/,
    reason:
      'Rampart: the key comes encrypted for the client’s certificate, and its own client does not find it either. Parley reads an ' +
      'issued key as a BinarySecret only.',
  },
];

const liberty: Entries = [
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
    endpoint: /^/,
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
];

const TABLES: Readonly<Record<string, Entries>> = { cxf, metro, rampart, liberty };

export const KNOWN_OUTCOMES: readonly KnownOutcome[] = Object.entries(TABLES).flatMap(([peer, entries]) =>
  entries.map((entry) => ({ peer, ...entry })),
);
