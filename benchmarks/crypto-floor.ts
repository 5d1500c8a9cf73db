/**
 * The crypto floor of a message: the digests, the MAC and the cipher that opening it cannot do without, over the very
 * same octets, by the cheapest calls that Node has. No XML, no key derivation, no comparison: nothing can be faster.
 */
import type { CipherGCMTypes } from 'node:crypto';
import { createDecipheriv, hash } from 'node:crypto';
import { Tape } from '@parley/codec';
import { canonicalise, OctetSink, scan } from '@parley/codec/internal';
import type { CipherAlgorithm, HashName, MacAlgorithm, SecurityContext } from '@parley/core';
import { contextSource, DEFAULT_LIMITS, deriveKey } from '@parley/core';
import { cipherAlgorithm, macAlgorithm } from '@parley/core/internal';
import type { KeyUse, OpenedMessage } from '@parley/engine';
import { open } from '@parley/engine';
import type { BenchMessage } from './corpus.ts';
import { BENCH_POLICY, must } from './corpus.ts';
import { cipherValues, signatureValueOf, signedInfoOf } from './signed-parts.ts';

/** The floor of `message`, as a function to be timed. It was run once here, and gave what the message says. */
export function cryptoFloor({ octets, context, atMs }: BenchMessage): () => void {
  const opened = must(open(octets, { atMs, policy: BENCH_POLICY, contexts: contextSource([context]) }));
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  const sink = new OctetSink();
  canonicalise(tape, signedInfoOf(tape), sink);
  const signedInfo = sink.bytes.slice(0, sink.length);

  const digests = opened.signed.map(({ digest, bytes }) => digesting(digest, bytes));
  const { algorithm, key } = opened.signed[0]!;
  const computeMac = macing(macAlgorithm(algorithm), keyOctets(context, key), signedInfo);
  const ciphers = deciphering(opened, cipherValues(tape), context);
  requireSame(new TextDecoder().decode(signedInfo), signatureValueOf(tape), digests, computeMac);
  return () => {
    for (const decipher of ciphers) decipher();
    computeMac();
    for (const digest of digests) digest();
  };
}

export function digesting(name: HashName, bytes: Uint8Array): () => string {
  return () => hash(name, bytes, 'base64');
}

/** HMAC as two one-shot hashes over prepared blocks. */
export function macing(
  { hash: name, blockBytes, macBytes }: MacAlgorithm,
  key: Uint8Array,
  bytes: Uint8Array,
): () => string {
  if (key.length > blockBytes) throw new Error('a key longer than the block');
  const inner = Buffer.alloc(blockBytes + bytes.length, 0x36);
  const outer = Buffer.alloc(blockBytes + macBytes, 0x5c);
  for (const [index, octet] of key.entries()) {
    inner[index] = octet ^ 0x36;
    outer[index] = octet ^ 0x5c;
  }
  inner.set(bytes, blockBytes);
  return () => {
    outer.write(hash(name, inner, 'binary'), blockBytes, 'binary');
    return hash(name, outer, 'base64');
  };
}

function deciphering(
  { encrypted }: OpenedMessage,
  values: readonly Uint8Array[],
  context: SecurityContext,
): ReadonlyArray<() => void> {
  if (encrypted.length !== values.length) throw new Error('encrypted parts and ciphertexts differ in number');
  return encrypted.map(({ cipher, key }, index) =>
    decipheringOne(cipherAlgorithm(cipher), keyOctets(context, key), values[index]!),
  );
}

/** `value` is what a CipherValue holds. */
export function decipheringOne(
  { mode, nodeName, ivBytes, tagBytes }: CipherAlgorithm,
  key: Uint8Array,
  value: Uint8Array,
): () => void {
  const iv = value.subarray(0, ivBytes);
  const ciphertext = value.subarray(ivBytes, value.length - tagBytes);
  const tag = value.subarray(value.length - tagBytes);
  if (mode === 'cbc') {
    return () => {
      const decipher = createDecipheriv(nodeName, key, iv);
      decipher.setAutoPadding(false);
      decipher.update(ciphertext);
      decipher.final();
    };
  }
  return () => {
    const decipher = createDecipheriv(nodeName as CipherGCMTypes, key, iv, { authTagLength: tagBytes });
    decipher.setAuthTag(tag);
    decipher.update(ciphertext);
    decipher.final(); // throws for a wrong tag
  };
}

/** The octets of the key that `use` tells of. */
export function keyOctets(context: SecurityContext, use: KeyUse): Uint8Array {
  if (use.source !== 'context') throw new Error('not a key of the context');
  const { derivation, instance } = use;
  const base = context.keys.find((candidate) => candidate.instance === instance)!;
  let octets = base.secret.lend((bytes) => bytes.slice());
  for (const { label, nonceBase64, offsetBytes, lengthBytes } of derivation) {
    const derived = new Uint8Array(lengthBytes);
    deriveKey(octets, { label, nonce: Buffer.from(nonceBase64, 'base64'), offsetBytes }, derived);
    octets = derived;
  }
  return octets;
}

// A floor over other octets than those that `open` works on would flatter, or slander.
function requireSame(
  signedInfo: string,
  signatureValue: string,
  digests: ReadonlyArray<() => string>,
  computeMac: () => string,
): void {
  if (computeMac() !== signatureValue) throw new Error('the floor computes another MAC than the message has');
  if (!digests.every((digest) => signedInfo.includes(`>${digest()}<`)))
    throw new Error('the floor computes other digests than the message has');
}
