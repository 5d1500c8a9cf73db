/** The plaintext of encrypted parts, or what is gone on with in its place: bad padding must not show by a time (T37). */
import type { Tape } from '@parley/codec';
import type { OctetSink } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { appendBase64Octets } from '../claims/claim.ts';
import type { EncryptedDataClaim } from '../claims/encrypted-data.ts';
import type { SymmetricKey } from '../memory/derived-key-cache.ts';

export interface Plaintext {
  readonly octets: Uint8Array;
  /** Why the message is to be refused in the end. */
  readonly failure: Fault | undefined;
}

/**
 * Decrypts what is under one key with one cipher, by way of `ciphertext`; what goes wrong is told, not thrown.
 * @throws what is no {@link Fault}
 */
export function plaintextsOf(
  tape: Tape,
  claims: readonly EncryptedDataClaim[],
  key: SymmetricKey,
  ciphertext: OctetSink,
): readonly Plaintext[] {
  const ends: number[] = [];
  ciphertext.reset();
  try {
    for (const { cipherValue } of claims) {
      appendBase64Octets(tape, cipherValue, ciphertext);
      ends.push(ciphertext.length);
    }
    const { cipher } = claims[0]!;
    const decrypted = key.decryptAllToEnd(cipher, ciphertext.bytes, ends);
    return decrypted.map(({ octets, isGood }) =>
      isGood
        ? { octets, failure: undefined }
        : { octets: withoutPadding(octets, cipher.blockBytes), failure: UNREADABLE },
    );
  } catch (error) {
    const failure = uniform(error);
    return claims.map(() => ({ octets: EMPTY, failure }));
  }
}

/** safety: every cause of failure behind the cipher is one outcome; a bad base64 is visible to all and may be named. */
export function uniform(error: unknown): Fault {
  if (!(error instanceof Fault)) throw error;
  return error.code === 'peer.encoding-invalid' ? error : UNREADABLE;
}

// safety: made once, because making an error takes microseconds, which would tell of it.
const UNREADABLE: Fault = new Fault('peer.decrypt-failed', Object.freeze({}));

const EMPTY = new Uint8Array(0);
const GREATER = 0x3e;

// What is XML ends in `>`, and padding is a block at most: badly padded XML is read to its end, and takes as long as XML.
function withoutPadding(octets: Uint8Array, blockBytes: number): Uint8Array {
  const end = octets.lastIndexOf(GREATER) + 1;
  return end > octets.length - blockBytes ? octets.subarray(0, end) : octets;
}
