/** What is proven of an encrypted message by what stands in clear, before anything is decrypted. */
import { octetMatcher } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { contextKey } from '../keys/resolve-keys.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import { isOfOneOrigin, isSameSecret } from '../keys/resolved-key.ts';
import type { AddressingClaims } from '../message/opened-message.ts';
import { remember } from '../message/replay-memory.ts';
import { freshUntilMs, requireFresh } from '../open/freshness.ts';
import { decryptionReplayKey, shareOwnerOf } from '../open/replay-key.ts';
import type { AskedByTemplate } from './asked-by-template.ts';
import type { Deciphered } from './decrypt-by-template.ts';
import { decipher } from './decrypt-by-template.ts';
import type { CipherTemplate } from './message-template.ts';
import type { Judged } from './prove-by-template.ts';
import { isDigest, macIn, PAD_ROOM_BYTES } from './prove-by-template.ts';
import type { KnownRequest } from './template-shelf.ts';

/** The keys of an encrypted message. */
export interface CipherKeys {
  /** What signs. */
  readonly resolved: ContextKey;
  readonly decrypting: ContextKey;
}

/** What is known of a message when the content of its Body was decrypted, and is not looked at yet. */
export interface Clear extends CipherKeys {
  readonly template: CipherTemplate;
  readonly message: Uint8Array;
  readonly mac: string;
  readonly everything: AddressingClaims;
  /** Where SignedInfo and the parts are that the matcher has written. */
  readonly places: Int32Array;
  readonly end: number;
  /** The DigestValue of the Body. */
  readonly bodyDigest: { readonly octets: Uint8Array; readonly start: number; readonly end: number };
  /** Of the Body, canonical. */
  readonly startTagBytes: number;
  /** Of the ciphertext before that of the Body. */
  readonly before: readonly Uint8Array[];
  /** Of the Body; good if all that is known so far is. */
  readonly content: Deciphered;
}

/** The keys, if they are what the rules on keys want of all messages; where a policy lets pass more, that goes the whole way. */
export function cipherKeys(
  { key, cipherKey, cipher }: CipherTemplate,
  message: Uint8Array,
  { policy, contexts, workspace }: KnownRequest,
  { atMs }: Judged,
): CipherKeys | undefined {
  const scope = { policy, contexts, atMs, workspace };
  const resolved = contextKey(key.planned(message, octetMatcher), scope);
  const decrypting = contextKey(cipherKey.planned(message, octetMatcher), scope);
  const areRight =
    decrypting.key.secret.lengthBytes === cipher.keyBytes &&
    isOfOneOrigin(decrypting, resolved) &&
    !isSameSecret(resolved, decrypting);
  return areRight ? { resolved, decrypting } : undefined;
}

/**
 * The MAC, and all digests but that of a Body that was signed as plaintext; then it is decrypted.
 * @throws Fault what the whole way refuses, too
 */
export function clearProof(
  template: CipherTemplate,
  message: Uint8Array,
  keys: CipherKeys,
  request: KnownRequest,
  { judged, asked }: { readonly judged: Judged; readonly asked: AskedByTemplate },
): Clear | undefined {
  const end = template.octets.write(PAD_ROOM_BYTES);
  const mac = end < 0 ? undefined : macIn(template, message, keys.resolved);
  if (mac === undefined) return undefined;
  const { parts, body, isCiphertextSigned } = template;
  const { out } = octetMatcher;
  const places = octetMatcher.places.slice(0, (parts.length + 1) * 2);
  for (let part = 0; part < parts.length; part++) {
    if (part === body && !isCiphertextSigned) continue;
    const octets = template.clearViews.at(part, out, places[part * 2 + 2]!, places[part * 2 + 3]!);
    if (!isDigest(parts[part]!, message, octets)) return undefined;
  }
  const everything = template.addressing.read(message, octetMatcher);
  const hole = parts[body]!.digestValue * 2;
  const bodyDigest = { octets: message, start: octetMatcher.holes[hole]!, end: octetMatcher.holes[hole + 1]! };
  const startTagBytes = places[body * 2 + 3]! - places[body * 2 + 2]!;
  if (!isCiphertextSigned && template.cipher.mode === 'cbc') askFirst(keys, places, template, request, judged, asked);
  const [content] = decipher(template, message, keys.decrypting, request.workspace);
  return {
    template,
    message,
    resolved: keys.resolved,
    decrypting: keys.decrypting,
    mac,
    everything,
    places,
    end,
    bodyDigest,
    startTagBytes,
    before: [],
    content: content!,
  };
}

/** As decrypt-once.ts has it for the whole way. @throws Fault `peer.replay`, `peer.coverage-missing`, `peer.timestamp-*` */
function askFirst(
  { resolved }: CipherKeys,
  places: Int32Array,
  template: CipherTemplate,
  { replays, policy }: KnownRequest,
  { timestamp, atMs }: Judged,
  asked: AskedByTemplate,
): void {
  if (replays === undefined) return;
  if (template.timestamp >= 0 && timestamp !== undefined) requireFresh(timestamp, atMs, policy);
  else if (timestamp !== undefined || policy.requireTimestamp) throw new Fault('peer.coverage-missing');
  const untilMs = timestamp === undefined ? Number.MAX_SAFE_INTEGER : freshUntilMs(timestamp, policy);
  const key = decryptionReplayKey(resolved, octetMatcher.out.subarray(places[0], places[1]));
  const scope = resolved.context.identifier;
  remember(replays, [{ scope, key, untilMs }], atMs, { owner: shareOwnerOf(resolved) });
  asked.note(scope, key);
}
