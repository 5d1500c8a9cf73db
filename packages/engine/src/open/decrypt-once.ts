/**
 * The one entry in a replay cache that is made before a message is proven (T37). What was signed and then encrypted with
 * CBC can be asked about its padding again and again under one captured signature, with other ciphertext each time; for
 * that the digest does not fit, one learns only after decrypting. So the signature is remembered first, and good for one
 * answer.
 */
import { Fault } from '@parley/core';
import type { OpenScope } from '../keys/scope.ts';
import { remember } from '../message/replay-memory.ts';
import type { DocumentPlan } from '../plan/document.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { MessageClaims } from '../read/message.ts';
import { freshUntilMs, requireFresh } from './freshness.ts';
import { decryptionReplayKey, shareOwnerOf } from './replay-key.ts';
import type { VerifiedSignature } from './verify-signatures.ts';
import { requireDigest } from './verify-signatures.ts';

/**
 * Refuses to decrypt with CBC twice under one signature in clear; `values` are those of the plan's signatures. Its Timestamp
 * is proven first, for the entry lives as long as that, and who could change it could have it forgotten. GCM needs no such
 * care, and a signature that is encrypted itself, or whose token is, or that is over nothing but such a one, proves nothing yet.
 *
 * @throws Fault `peer.replay`; `peer.coverage-missing`, `peer.digest-mismatch`, `peer.timestamp-*` of the Timestamp
 */
export function requireFirstDecryption(
  { claims, decryptions, signatures }: DocumentPlan,
  values: readonly VerifiedSignature[],
  scope: OpenScope,
): void {
  const { replays, atMs, workspace } = scope;
  const first = signatures.findIndex(({ references }) => references.length > 0);
  const [signature, value] = [signatures[first], values[first]];
  if (replays === undefined || signature === undefined || value === undefined) return;
  if (!decryptions.some(({ claim }) => claim.cipher.mode === 'cbc')) return;
  const untilMs = provenUntilMs(claims, signature, scope);
  const { resolved, start, end } = value;
  const key = decryptionReplayKey(resolved, workspace.sink.bytes.subarray(start, end));
  const entry = { scope: resolved.source === 'context' ? resolved.context.identifier : '', key, untilMs };
  remember(replays, [entry], atMs, { owner: shareOwnerOf(resolved) });
}

function provenUntilMs(claims: MessageClaims, { references }: PlannedSignature, scope: OpenScope): number {
  const { tape, timestamp, security } = claims;
  const { policy, atMs, workspace } = scope;
  if (timestamp === undefined && !policy.requireTimestamp) return Number.MAX_SAFE_INTEGER;
  const reference = references.find(({ target }) => target === security.timestamp);
  if (timestamp === undefined || reference === undefined)
    throw new Fault('peer.coverage-missing', { part: 'wsu:Timestamp' });
  requireDigest(tape, reference, workspace.sink);
  requireFresh(timestamp, atMs, policy);
  return freshUntilMs(timestamp, policy);
}
