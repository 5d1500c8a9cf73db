/** Deciphering what a template knows to be ciphertext, and the message in which the plaintext stands. */
import { octetMatcher } from '@parley/codec/internal';
import type { Decrypted } from '@parley/core/internal';
import { decodeBase64, decodedBase64Length } from '@parley/core/internal';
import type { ContextKey } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { CipherTemplate, Offset } from './message-template.ts';

/** What was decrypted. */
export interface Deciphered extends Decrypted {
  /** What can be seen without the key: no plaintext can be shorter. */
  readonly leastBytes: number;
  /** Nor longer. */
  readonly mostBytes: number;
}

/** What each ciphertext gives, in the order of the document. @throws Fault `peer.encoding-invalid` */
export function decipher(
  { cipher, ciphertexts }: CipherTemplate,
  message: Uint8Array,
  { key }: ContextKey,
  { ciphertext: octets }: Workspace,
): readonly Deciphered[] {
  const { holes } = octetMatcher;
  octets.reset();
  const ends = ciphertexts.map(({ cipherValue }) => {
    const from = holes[cipherValue * 2]!;
    const to = holes[cipherValue * 2 + 1]!;
    octets.reserve(decodedBase64Length(message, from, to));
    octets.length += decodeBase64(message, from, to, octets.bytes, octets.length);
    return octets.length;
  });
  return key.decryptAllToEnd(cipher, octets.bytes, ends).map(({ octets, isGood }, index) => {
    const leastBytes = ends[index]! - (ends[index - 1] ?? 0) - cipher.ivBytes - cipher.tagBytes - cipher.blockBytes;
    return { octets, isGood, leastBytes, mostBytes: leastBytes + cipher.blockBytes };
  });
}

/**
 * The message that was compared last, with `plaintexts` in the place of what was encrypted, in the order of the document; in the
 * workspace.
 */
export function withPlaintext(
  { ciphertexts }: CipherTemplate,
  message: Uint8Array,
  plaintexts: readonly Uint8Array[],
  { plain }: Workspace,
): Uint8Array {
  plain.reset();
  let at = 0;
  ciphertexts.forEach(({ start, end }, index) => {
    const plaintext = plaintexts[index]!;
    plain.write(message, at, placeOf(start));
    plain.write(plaintext, 0, plaintext.length);
    at = placeOf(end);
  });
  plain.write(message, at, message.length);
  return plain.bytes.subarray(0, plain.length);
}

function placeOf({ hole, bytes }: Offset): number {
  return hole < 0 ? bytes : octetMatcher.holes[hole * 2 + 1]! + bytes;
}
