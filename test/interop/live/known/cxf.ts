/** Of CXF, its DOM and its streaming engine. */
import { CALLS, FAULT, type KnownOutcome } from './known-outcome.ts';

export const CXF: readonly KnownOutcome[] = [
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
      'CXF: its client proves no possession of the key in Renew and Cancel. Where somebody established the context, that principal has ' +
      "to ask (`unproven: 'same-principal'`); the context of an anonymous client is nobody’s, and whoever has read its Identifier could " +
      'take it over, so Parley refuses. CXF establishes another context by itself, and goes on with the one not cancelled.',
  },
];

const ENCRYPTS_NO_LATER_SIGNATURE =
  'CXF, streaming: it cannot encrypt a signature that it makes afterwards (“Part to encrypt not found”). Its server then answers ' +
  '200 and nothing.';
const NAMES_NO_TOKEN =
  'CXF, streaming: it fails where it has to name a context that is not in the message (NullPointerException in ' +
  '`createX509SubjectKeyIdentifierStructure`). Its server then answers 200 and nothing.';
const CALLS_OF_CLIENT = ['issue+call1', 'call2', 'renew+call', 'call after renew', 'call+cancel'];

export const CXF_STREAMING: readonly KnownOutcome[] = [
  ...CXF.filter(({ direction }) => direction === 'from-peer'),
  {
    direction: 'to-peer',
    endpoint: /^(?!mix-|ut-ebses-)/,
    steps: ['cancel'],
    outcome: /^peer\.http-answer .*"nothing"/,
    reason:
      'CXF, streaming: its server ends the context and fails on the answer (NullPointerException in ' +
      '`createX509SubjectKeyIdentifierStructure`), so that there is none; the next step shows that the context is over.',
  },
  {
    direction: 'to-peer',
    endpoint: /^mix-/,
    steps: ['cancel', 'call with cancelled'],
    outcome: /^(peer\.soap-fault .*|ANSWERED)$/,
    reason:
      'CXF, streaming: in mixed mode its server takes no Cancel, because TLS is what signs the message, and it wants the context to ' +
      '(“must sign the main signature”), under derived keys and without. So the context goes on.',
  },
  {
    direction: 'to-peer',
    endpoint: /^ut-ebses-/,
    steps: ['issue'],
    outcome: /^peer\.http-answer .*"nothing"/,
    reason: ENCRYPTS_NO_LATER_SIGNATURE,
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-ebses-/,
    steps: CALLS,
    outcome: /^no answer$/,
    reason: ENCRYPTS_NO_LATER_SIGNATURE,
  },
  {
    direction: 'from-peer',
    endpoint: /^(tls|ut)-ebses-/,
    steps: CALLS_OF_CLIENT,
    outcome: /Part to encrypt not found/,
    reason: ENCRYPTS_NO_LATER_SIGNATURE,
  },
  { direction: 'to-peer', endpoint: /^tls-never-/, steps: CALLS, outcome: /^no answer$/, reason: NAMES_NO_TOKEN },
  {
    direction: 'from-peer',
    endpoint: /^tls-never-/,
    steps: CALLS_OF_CLIENT,
    outcome: /NullPointerException/,
    reason: NAMES_NO_TOKEN,
  },
  {
    direction: 'to-peer',
    endpoint: /^tls-pt-/,
    steps: CALLS,
    outcome: FAULT,
    reason: 'CXF, streaming: its server does not find the token that is signed itself under sp:ProtectTokens.',
  },
  {
    direction: 'from-peer',
    endpoint: /^mix-(dk|conf)-/,
    steps: CALLS_OF_CLIENT,
    outcome: /NullPointerException/,
    reason: 'CXF, streaming: its client cannot endorse with keys that it derives (NullPointerException).',
  },
  {
    direction: 'from-peer',
    endpoint: /^x509m-/,
    steps: ['issue+call1'],
    outcome: /refused/,
    reason:
      'CXF, streaming: what its client sends to establish a context has no endorsing signature, whatever the policy says.',
  },
];
