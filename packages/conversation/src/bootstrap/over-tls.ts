/** What all bootstraps over TLS have in common: the channel protects, and the answer has a Timestamp alone. */
import type { PolicyChanges } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { ContextProtection } from '../protection/protection.ts';
import type { ConfirmedKind, HandshakeScene, InitiatorHandshake, ResponderBootstrap } from './bootstrap.ts';
import { answerChanges, confirmationOf } from './bootstrap.ts';

/** What is signed where TLS protects the rest. */
export const TIMESTAMP_SIGNED: Pick<ContextProtection, 'sign' | 'encrypt' | 'order'> = {
  sign: { body: false, addressing: false, timestamp: true },
  encrypt: 'none',
  order: 'sign-then-encrypt',
};

/** What is demanded of a request that is signed so. */
export const TIMESTAMP_ALONE: PolicyChanges = {
  requireSignedBody: false,
  requireSignedAddressing: false,
  requiredHeaders: [],
  trustTransport: true,
};

const UNSIGNED: ConfirmedKind = { isSigned: false, hasUser: true };

/** A request that is sealed so, and an answer that the channel protects. */
export function handshakeOverTls(
  request: InitiatorHandshake['request'],
  { style }: HandshakeScene,
): InitiatorHandshake {
  const policy = policyOf('transport', {
    // interop: WCF leaves Timestamp and header out; one that is there must be fresh.
    requireTimestamp: false,
    ...transportChanges(answerChanges(style, UNSIGNED)),
  });
  return { request, policy, credentials: {}, wipe: () => undefined };
}

/** The answer: a Timestamp, and what confirms. */
export const answerOverTls: ResponderBootstrap['answer'] = ({ message }, { style }) => ({
  transport: true,
  ...confirmationOf(style, message, UNSIGNED),
});

/** Changes of a style that a policy without keys can have. */
export function transportChanges<Changes extends object>(changes: Changes): Changes {
  return { ...changes, requireSignedAddressing: false, requiredHeaders: [] };
}
