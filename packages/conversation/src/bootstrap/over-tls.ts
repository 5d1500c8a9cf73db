/** What all bootstraps over TLS have in common: the channel protects, and the answer has a Timestamp alone. */
import { policyOf } from '@parley/engine';
import type { ConfirmedKind, HandshakeScene, InitiatorHandshake, ResponderBootstrap } from './bootstrap.ts';
import { answerChanges, confirmationOf } from './bootstrap.ts';

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
