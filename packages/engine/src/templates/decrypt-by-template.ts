/** Deciphering what a template knows to be ciphertext, and the message in which the plaintext stands. */
import { octetMatcher } from '@parley/codec/internal';
import type { Decrypted } from '@parley/core/internal';
import { decodeBase64, decodedBase64Length, decryptToEnd } from '@parley/core/internal';
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

/** @throws Fault `peer.encoding-invalid` */
export function decipher(
  { cipher, cipherValue }: CipherTemplate,
  message: Uint8Array,
  { key: { secret } }: ContextKey,
  { ciphertext }: Workspace,
): Deciphered {
  const { holes } = octetMatcher;
  const from = holes[cipherValue * 2]!;
  const to = holes[cipherValue * 2 + 1]!;
  ciphertext.reset();
  ciphertext.reserve(decodedBase64Length(message, from, to));
  ciphertext.length = decodeBase64(message, from, to, ciphertext.bytes, 0);
  const { length } = ciphertext;
  const { octets, isGood } = secret.lend((key) => decryptToEnd(cipher, key, ciphertext.bytes.subarray(0, length)));
  const leastBytes = length - cipher.ivBytes - cipher.tagBytes - cipher.blockBytes;
  return { octets, isGood, leastBytes, mostBytes: leastBytes + cipher.blockBytes };
}

/** The message that was compared last, with `plaintext` in the place of what was encrypted; in the workspace. */
export function withPlaintext(
  { start, end }: CipherTemplate,
  message: Uint8Array,
  plaintext: Uint8Array,
  { plain }: Workspace,
): Uint8Array {
  plain.reset();
  plain.write(message, 0, placeOf(start));
  plain.write(plaintext, 0, plaintext.length);
  plain.write(message, placeOf(end), message.length);
  return plain.bytes.subarray(0, plain.length);
}

function placeOf({ hole, bytes }: Offset): number {
  return hole < 0 ? bytes : octetMatcher.holes[hole * 2 + 1]! + bytes;
}
