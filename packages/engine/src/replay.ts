/** What may be seen once: remembered after a message is proven, and in one case before it is decrypted. */
import { digestAlgorithm, digestBase64, Fault } from '@parley/core';
import type { DocumentPlan } from './document-plan.ts';
import { freshUntilMs, requireFresh } from './freshness.ts';
import type { OpenScope } from './open-scope.ts';
import type { OpenedMessage } from './opened-message.ts';
import type { ResolvedKey } from './resolved-key.ts';
import type { VerifiedSignature } from './verify-signatures.ts';
import { requireDigest } from './verify-signatures.ts';

/** One entry of a replay cache: `key` within `scope`, to be remembered until `untilMs` (epoch milliseconds) at least. */
export interface ReplayEntry {
  /** The context; empty for what no context secures. */
  readonly scope: string;
  readonly key: string;
  readonly untilMs: number;
}

/** Remembers what may be seen once. `MemoryReplayCache` of `@parley/conversation` is one. */
export interface ReplayMemory {
  /**
   * Inserts (scope, key), to be remembered until `untilMs` at least, in one atomic step.
   * @returns `false` if it is there already, or if its time has passed: the message is refused
   * @throws Fault `internal.quota` when full: the message is refused
   */
  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number): boolean;
}

/** All of `message` that may be seen once: the message itself, and the nonce of its UsernameToken. */
export function replayEntries(message: OpenedMessage): readonly ReplayEntry[] {
  const { identifier = '', replayKey, replayUntilMs, user } = message;
  const entry = { scope: identifier, key: replayKey, untilMs: replayUntilMs };
  return user?.nonce === undefined ? [entry] : [entry, user.nonce];
}

/** Remembers a message that is proven. @throws Fault `peer.replay`, and what `memory` throws */
export function remember(memory: ReplayMemory, entries: readonly ReplayEntry[], nowMs: number): void {
  for (const { scope, key, untilMs } of entries) {
    if (!memory.insertIfAbsent(scope, key, untilMs, nowMs)) throw new Fault('peer.replay', { identifier: scope });
  }
}

/**
 * What makes a signature that is right happen once only: whose key it was, and what it signed.
 * safety: without a context, other senders could use up a MessageID, and (r, n-s) is an ECDSA signature if (r, s) is.
 */
export function signatureReplayKey(resolved: ResolvedKey, signedInfo: Uint8Array): string {
  return `${ownerOf(resolved)} ${digestOf(signedInfo)}`;
}

function ownerOf(resolved: ResolvedKey): string {
  switch (resolved.source) {
    case 'context':
      return resolved.context.identifier;
    case 'encrypted-key':
      return resolved.transported.sha1Base64;
    case 'username':
      return resolved.passwordKey.username;
    case 'certificate':
      return resolved.thumbprint;
  }
}

const SHA256 = digestAlgorithm('sha256');

/** SHA-256 in base64. */
export function digestOf(octets: Uint8Array): string {
  return digestBase64(SHA256, octets);
}

/**
 * The one entry that is made before a message is proven (T37). What was signed and then encrypted with CBC can be asked
 * about its padding again and again, under one captured signature, with other ciphertext each time. So a signature that
 * is right is remembered before anything is decrypted: it is good for one answer. The Timestamp is proven first, for
 * the entry lives as long as it.
 *
 * @throws Fault `peer.replay`; `peer.coverage-missing`, `peer.digest-mismatch`, `peer.timestamp-*` of the Timestamp
 */
export function rememberBeforeDecrypting(
  { claims, decryptions, signatures }: DocumentPlan,
  values: readonly VerifiedSignature[],
  { replays, policy, atMs, workspace }: OpenScope,
): void {
  const [signature] = signatures;
  const [value] = values;
  if (replays === undefined || signature === undefined || value === undefined) return;
  if (!decryptions.some(({ claim }) => claim.cipher.mode === 'cbc')) return;
  const { timestamp, security } = claims;
  if (timestamp !== undefined) {
    const reference = signature.references.find(({ target }) => target === security.timestamp);
    if (reference === undefined) throw new Fault('peer.coverage-missing', { part: 'wsu:Timestamp' });
    requireDigest(claims.tape, reference, workspace.sink);
    requireFresh(timestamp, atMs, policy);
  } else if (policy.requireTimestamp) throw new Fault('peer.coverage-missing', { part: 'wsu:Timestamp' });
  const { resolved, start, end } = value;
  const entry: ReplayEntry = {
    scope: resolved.source === 'context' ? resolved.context.identifier : '',
    key: `decrypted ${signatureReplayKey(resolved, workspace.sink.bytes.subarray(start, end))}`,
    untilMs: timestamp === undefined ? Number.MAX_SAFE_INTEGER : freshUntilMs(timestamp, policy),
  };
  remember(replays, [entry], atMs);
}
