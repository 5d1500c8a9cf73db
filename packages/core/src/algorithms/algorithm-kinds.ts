/** Algorithms as callers name them: by short name or by URI. */
import type { Kind } from '../options/kind.ts';
import { oneOf } from '../options/kind.ts';
import { KEY_TRANSPORT_ALGORITHMS, SIGNATURE_ALGORITHMS } from './public-key.ts';
import { CIPHER_ALGORITHMS, DIGEST_ALGORITHMS, KEY_WRAP_ALGORITHMS, MAC_ALGORITHMS } from './symmetric.ts';

function rowOf(
  rows: readonly { readonly name: string; readonly uri: string }[],
  ...more: readonly string[]
): Kind<string> {
  return oneOf<string>([...rows.map(({ name }) => name), ...more, ...rows.map(({ uri }) => uri)]);
}

export const CIPHER_ALGORITHM: Kind<string> = rowOf(CIPHER_ALGORITHMS);
export const DIGEST_ALGORITHM: Kind<string> = rowOf(DIGEST_ALGORITHMS);
export const KEY_TRANSPORT_ALGORITHM: Kind<string> = rowOf(KEY_TRANSPORT_ALGORITHMS);
export const KEY_WRAP_ALGORITHM: Kind<string> = rowOf(KEY_WRAP_ALGORITHMS);
export const MAC_ALGORITHM: Kind<string> = rowOf(MAC_ALGORITHMS);
export const SIGNATURE_ALGORITHM: Kind<string> = rowOf(SIGNATURE_ALGORITHMS, 'rsa-pss-sha384', 'rsa-pss-sha512');
