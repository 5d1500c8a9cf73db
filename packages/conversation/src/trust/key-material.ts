/** Who contributes what to a context's key (WS-Trust §2.5), and how large it is. */
import { computeKey, Fault, Secret } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { Ambient } from '../exchange/ambient.ts';
import type { SecurityTokenRequest } from './request-security-token.ts';
import { invalidRequest } from './request-security-token.ts';
import type { SecurityTokenResponse } from './request-security-token-response.ts';

const KEY_BITS_MIN = 128;
const KEY_BITS_MAX = 512;
/** spec: entropy should have 128 bits at least. */
const ENTROPY_BYTES_MIN = 16;
const ENTROPY_BYTES_MAX = 128;

/** A key, and what the response must show of how it came about. All secrets are the caller's, to wipe. */
export interface IssuedKey {
  readonly key: Secret;
  readonly proof: { readonly entropy: Secret } | { readonly key: Secret };
  readonly keySizeBits: number;
}

/**
 * Makes the key that answers `request`: of both entropies when the requester sent one, the issuer's alone when not. The
 * issuer always contributes, so nobody else fixes a key.
 *
 * @throws Fault `peer.trust-invalid-request` a size outside 128..512 or no multiple of 8, entropy too short or too
 * long, or another way of computing
 */
export function issueKey(request: SecurityTokenRequest, defaultBits: number, ambient: Ambient): IssuedKey {
  const keySizeBits = request.keySizeBits ?? defaultBits;
  if (!isKeySize(keySizeBits)) throw invalidRequest('KeySize');
  const algorithm = request.computedKeyAlgorithm;
  if (algorithm !== undefined && !isPSha1(algorithm)) throw invalidRequest('ComputedKeyAlgorithm');
  const keyBytes = keySizeBits / 8;
  const { entropy } = request;
  if (entropy === undefined) {
    const key = Secret.filledBy(keyBytes, (out) => ambient.fillRandom(out));
    return { key, proof: { key }, keySizeBits };
  }
  if (!isEntropySize(entropy.lengthBytes)) throw invalidRequest('Entropy length');
  const own = Secret.filledBy(keyBytes, (out) => ambient.fillRandom(out));
  const key = entropy.lend((theirs) => own.lend((ours) => computeKey(theirs, ours, keyBytes)));
  return { key, proof: { entropy: own }, keySizeBits };
}

/**
 * The requester's side: the key that `response` means, given the entropy that was sent (borrowed), or none.
 *
 * @throws Fault `peer.key-usage` the response leaves out the issuer's share, uses another algorithm or size, or sends
 * its share where none was asked for
 */
export function receiveKey(response: SecurityTokenResponse, sent: Secret | undefined, requestedBits: number): Secret {
  const keySizeBits =
    response.keySizeBits === undefined || response.keySizeBits === 0 ? requestedBits : response.keySizeBits;
  if (!isKeySize(keySizeBits)) throw new Fault('peer.key-usage', { reason: 'KeySize' });
  const keyBytes = keySizeBits / 8;
  const { computedKey, entropy, proofKey } = response;
  if (sent === undefined) {
    if (proofKey === undefined || computedKey !== undefined || entropy !== undefined) {
      throw new Fault('peer.key-usage', { reason: 'not the issuer key' });
    }
    if (proofKey.lengthBytes !== keyBytes) throw new Fault('peer.key-usage', { reason: 'key length' });
    return proofKey.lend((bytes) => Secret.copyOf(bytes));
  }
  if (computedKey === undefined || entropy === undefined)
    throw new Fault('peer.key-usage', { reason: 'no issuer entropy' });
  if (!isPSha1(computedKey)) throw new Fault('peer.key-usage', { reason: 'ComputedKey' });
  if (!isEntropySize(entropy.lengthBytes)) throw new Fault('peer.key-usage', { reason: 'entropy length' });
  return sent.lend((ours) => entropy.lend((theirs) => computeKey(ours, theirs, keyBytes)));
}

/** Whether a key of so many bits is one that we make or take. */
export function isKeySize(bits: number): boolean {
  return Number.isSafeInteger(bits) && bits >= KEY_BITS_MIN && bits <= KEY_BITS_MAX && bits % 8 === 0;
}

function isEntropySize(lengthBytes: number): boolean {
  return lengthBytes >= ENTROPY_BYTES_MIN && lengthBytes <= ENTROPY_BYTES_MAX;
}

// interop: peers mix the generations of this one URI.
function isPSha1(uri: string): boolean {
  return uri === VERSION_URIS['200512'].computedKeyPSha1 || uri === VERSION_URIS['200502'].computedKeyPSha1;
}
