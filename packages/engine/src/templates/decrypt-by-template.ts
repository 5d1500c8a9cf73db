/** The message that an encrypted one is when its Body is decrypted; nothing, if anything about it is not as expected. */
import { octetMatcher } from '@parley/codec/internal';
import { decodeBase64, decodedBase64Length, decryptToEnd } from '@parley/core/internal';
import { contextKey } from '../keys/resolve-keys.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import { symmetricKeyUseOf } from '../keys/resolved-key.ts';
import type { EncryptedPart } from '../message/opened-message.ts';
import type { KnownRequest } from './known-request.ts';
import type { CipherTemplate, Offset } from './message-template.ts';

/** A message whose Body was decrypted. */
export interface DecryptedByTemplate {
  readonly octets: Uint8Array;
  readonly part: EncryptedPart;
  readonly resolved: ContextKey;
}

/** @throws Fault what the whole way refuses, too */
export function decryptBy(
  { key, cipher, cipherValue, start, end, account }: CipherTemplate,
  message: Uint8Array,
  { policy, contexts, workspace }: KnownRequest,
  atMs: number,
): DecryptedByTemplate | undefined {
  const resolved = contextKey(key.planned(message, octetMatcher), { policy, contexts, atMs, workspace });
  const { secret } = resolved.key;
  if (secret.lengthBytes !== cipher.keyBytes) return undefined;
  const { ciphertext, plain } = workspace;
  const { holes } = octetMatcher;
  const from = holes[cipherValue * 2]!;
  const to = holes[cipherValue * 2 + 1]!;
  ciphertext.reset();
  ciphertext.reserve(decodedBase64Length(message, from, to));
  ciphertext.length = decodeBase64(message, from, to, ciphertext.bytes, 0);
  const decrypted = secret.lend((octets) =>
    decryptToEnd(cipher, octets, ciphertext.bytes.subarray(0, ciphertext.length)),
  );
  if (!decrypted.isGood) return undefined;
  plain.reset();
  plain.write(message, 0, placeOf(start));
  plain.write(decrypted.octets, 0, decrypted.octets.length);
  plain.write(message, placeOf(end), message.length);
  return {
    octets: plain.bytes.subarray(0, plain.length),
    part: { ...account, key: symmetricKeyUseOf(resolved) },
    resolved,
  };
}

function placeOf({ hole, bytes }: Offset): number {
  return hole < 0 ? bytes : octetMatcher.holes[hole * 2 + 1]! + bytes;
}
