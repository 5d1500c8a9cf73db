/** Who contributes what to a context's key (WS-Trust §2.5), and how large it is. */
import { computeKey, Fault, Secret } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { Ambient } from '../exchange/ambient.ts';
import { isKeySize } from './key-size.ts';
import type { SecurityTokenRequest } from './request-security-token.ts';
import { invalidRequest } from './request-security-token.ts';
import type { SecurityTokenResponse } from './request-security-token-response.ts';

/** spec: entropy should have 128 bits at least. */
const ENTROPY_BYTES_MIN = 16;
const ENTROPY_BYTES_MAX = 128;

/** A key, and what the response must show of how it came about. All secrets are the caller's, to wipe. */
export interface IssuedKey {
  readonly key: Secret;
  /** The issuer's half, or the whole key; `undefined`: it is what the requester sent. */
  readonly proof: { readonly entropy: Secret } | { readonly key: Secret } | undefined;
  readonly keySizeBits: number;
}

/** Who contributes to a key where the requester sent entropy: both, he alone, or the issuer alone. */
export type KeyContribution = 'both' | 'requester' | 'issuer';

/** What an issuer is set to. */
export interface KeyIssuance {
  readonly defaultKeyBits: number;
  /** The one size that will do (`directKeyBits`). Default: any. */
  readonly directKeyBits?: number | undefined;
  readonly entropy: KeyContribution;
  readonly ambient: Ambient;
}

/**
 * Makes the key that answers `request`: as the issuer is set, the issuer's alone when the requester sent no entropy.
 *
 * @throws Fault `peer.trust-invalid-request` a size outside 128..512, no multiple of 8 or not the one that will do, entropy too short or too
 * long, or another way of computing
 */
export function issueKey(
  request: SecurityTokenRequest,
  { defaultKeyBits, directKeyBits, entropy: who, ambient }: KeyIssuance,
): IssuedKey {
  const keySizeBits = request.keySizeBits ?? defaultKeyBits;
  if (!isKeySize(keySizeBits) || (directKeyBits ?? keySizeBits) !== keySizeBits) throw invalidRequest('KeySize');
  const algorithm = request.computedKeyAlgorithm;
  if (algorithm !== undefined && !isPSha1(algorithm)) throw invalidRequest('ComputedKeyAlgorithm');
  const keyBytes = keySizeBits / 8;
  const { entropy } = request;
  if (entropy !== undefined && !isEntropySize(entropy.lengthBytes)) throw invalidRequest('Entropy length');
  const own = (): Secret => Secret.filledBy(keyBytes, (out) => ambient.fillRandom(out));
  if (entropy === undefined || who === 'issuer') {
    const key = own();
    return { key, proof: { key }, keySizeBits };
  }
  if (who === 'requester') {
    if (entropy.lengthBytes !== keyBytes) throw invalidRequest('Entropy length');
    return { key: entropy.lend((octets) => Secret.copyOf(octets)), proof: undefined, keySizeBits };
  }
  const issuers = own();
  const key = entropy.lend((theirs) => issuers.lend((ours) => computeKey(theirs, ours, keyBytes)));
  return { key, proof: { entropy: issuers }, keySizeBits };
}

/** What a requester sent, and what it takes for a key. */
export interface KeyExpectation {
  /** Its entropy (borrowed), or none. */
  readonly sent: Secret | undefined;
  readonly keySizeBits: number;
  /** As in {@link KeyIssuance}. */
  readonly directKeyBits?: number | undefined;
  /** `any`: the issuer may pass over the entropy, or take it for the key (WS-Trust §2.5). */
  readonly keys: 'combined' | 'any';
}

/**
 * The requester's side: the key that `response` means, of the size that was asked for or larger.
 *
 * @throws Fault `peer.key-usage` the response leaves out the issuer's share, uses another algorithm or a smaller size, or sends
 * its share where none was asked for
 */
export function receiveKey(
  response: SecurityTokenResponse,
  { sent, keySizeBits: asked, directKeyBits, keys }: KeyExpectation,
): Secret {
  const keySizeBits = response.keySizeBits === undefined || response.keySizeBits === 0 ? asked : response.keySizeBits;
  if (!isKeySize(keySizeBits) || keySizeBits < asked || (directKeyBits ?? keySizeBits) !== keySizeBits)
    throw keyFault('KeySize');
  const keyBytes = keySizeBits / 8;
  const { computedKey, entropy, proofKey } = response;
  if (proofKey !== undefined && (sent === undefined || keys === 'any')) {
    if (computedKey !== undefined || entropy !== undefined) throw keyFault('not the issuer key');
    if (proofKey.lengthBytes !== keyBytes) throw keyFault('key length');
    return proofKey.lend((bytes) => Secret.copyOf(bytes));
  }
  if (sent === undefined) throw keyFault('not the issuer key');
  if (computedKey === undefined && entropy === undefined && proofKey === undefined && keys === 'any') {
    if (sent.lengthBytes !== keyBytes) throw keyFault('key length');
    return sent.lend((bytes) => Secret.copyOf(bytes));
  }
  if (computedKey === undefined || entropy === undefined) throw keyFault('no issuer entropy');
  if (!isPSha1(computedKey)) throw keyFault('ComputedKey');
  if (!isEntropySize(entropy.lengthBytes)) throw keyFault('entropy length');
  return sent.lend((ours) => entropy.lend((theirs) => computeKey(ours, theirs, keyBytes)));
}

function keyFault(reason: string): Fault {
  return new Fault('peer.key-usage', { reason });
}

function isEntropySize(lengthBytes: number): boolean {
  return lengthBytes >= ENTROPY_BYTES_MIN && lengthBytes <= ENTROPY_BYTES_MAX;
}

// interop: peers mix the generations of this one URI.
function isPSha1(uri: string): boolean {
  return uri === VERSION_URIS['200512'].computedKeyPSha1 || uri === VERSION_URIS['200502'].computedKeyPSha1;
}
