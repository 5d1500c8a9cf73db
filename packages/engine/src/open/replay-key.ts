/** What may be seen once of a message that is proven, and of one that is not proven yet. */
import { digestAlgorithm } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { anything, digestBase64, END_MS, objectWith, optional, requireKind, TEXT } from '@parley/core/internal';
import type { ResolvedKey } from '../keys/resolved-key.ts';
import type { OpenedMessage } from '../message/opened-message.ts';
import type { ReplayEntry } from '../message/replay-memory.ts';
import type { Policy } from '../policy/policy.ts';

type Replayed = Pick<OpenedMessage, 'identifier' | 'replayKey' | 'replayUntilMs' | 'user'>;

// Of `open`, or from a pool.
const MESSAGE: Kind<Replayed> = objectWith<Replayed>({
  identifier: optional(TEXT),
  replayKey: TEXT,
  replayUntilMs: END_MS,
  user: anything(),
});

/**
 * All of `message` that may be seen once: the message itself, if something proves it, and the nonce of its UsernameToken.
 * @throws Fault `caller.option-invalid` something else than a message
 */
export function replayEntries(message: OpenedMessage): readonly ReplayEntry[] {
  requireKind(MESSAGE, message, 'message');
  const { identifier = '', replayKey, replayUntilMs, user } = message;
  if (replayKey === '') return [];
  const entry = { scope: identifier, key: replayKey, untilMs: replayUntilMs };
  return user?.nonce === undefined ? [entry] : [entry, user.nonce];
}

/**
 * Of a context: without a signed MessageID, the MAC itself is what happens once; where the transport answers for the
 * MessageID, both together: of peers whose Timestamps have whole seconds, honest calls of one second can have one MAC.
 */
export function contextReplayKey(
  messageId: string | undefined,
  messageIdIsSigned: boolean,
  valueBase64: string,
  { trustTransport }: Pick<Policy, 'trustTransport'>,
): string {
  if (messageId === undefined) return valueBase64;
  if (messageIdIsSigned) return messageId;
  return trustTransport ? `${messageId} ${valueBase64}` : valueBase64;
}

/**
 * What makes a signature that is right happen once only: whose key it was, and what it signed.
 * safety: without a context, other senders could use up a MessageID, and (r, n-s) is an ECDSA signature if (r, s) is.
 */
export function signatureReplayKey(resolved: ResolvedKey, signedInfo: Uint8Array): string {
  return `${ownerOf(resolved)} ${digestOf(signedInfo)}`;
}

const DECRYPTED = 'decrypted ';

/** The key of the entry that is made before anything is decrypted under that signature (T37). */
export function decryptionReplayKey(resolved: ResolvedKey, signedInfo: Uint8Array): string {
  return `${DECRYPTED}${signatureReplayKey(resolved, signedInfo)}`;
}

const NONCE = 'nonce ';

/** The key of the entry of a UsernameToken, which must not come again in any message. */
export function nonceReplayKey(nonceBase64: string, createdText: string, username: string): string {
  return `${NONCE}${nonceBase64} ${createdText} ${username}`;
}

/** Whether it is of what is about to be decrypted, and not the entry of a message that is proven. */
export function isOfDecryption(replayKey: string): boolean {
  return replayKey.startsWith(DECRYPTED);
}

/** Whether it is of something in a message that must not come again in another one, and not of the message. */
export function isBesideMessage(replayKey: string): boolean {
  return isOfDecryption(replayKey) || replayKey.startsWith(NONCE);
}

function ownerOf(resolved: ResolvedKey): string {
  switch (resolved.source) {
    case 'context':
      return resolved.context.identifier;
    case 'encrypted-key':
      return resolved.transported.sha1Base64;
    case 'username':
      return resolved.passwordKey.username;
    case 'saml':
      return resolved.assertion.id;
    case 'certificate':
      return resolved.thumbprint;
  }
}

/** On whose account the message of that key is remembered. */
export function shareOwnerOf(resolved: ResolvedKey): string {
  switch (resolved.source) {
    case 'context':
      return resolved.context.principal ?? resolved.context.identifier;
    // Anybody can make one.
    case 'encrypted-key':
      return '';
    case 'username':
      return resolved.passwordKey.username;
    case 'saml':
      return `${resolved.assertion.issuer} ${resolved.assertion.subject?.name ?? ''}`;
    case 'certificate':
      return resolved.thumbprint;
  }
}

const SHA256 = digestAlgorithm('sha256');

/** SHA-256 in base64. */
export function digestOf(octets: Uint8Array): string {
  return digestBase64(SHA256, octets);
}
