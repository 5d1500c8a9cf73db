/** The plaintext of one encrypted part, or what is gone on with in its place: bad padding must not show by a time (T37). */
import type { OctetSink, Tape } from '@parley/codec';
import { decryptToEnd, Fault } from '@parley/core';
import type { SymmetricKey } from './derived-key-cache.ts';
import { base64OctetsInto } from './read/claim.ts';
import type { EncryptedDataClaim } from './read/encrypted-data.ts';

export interface Plaintext {
  readonly octets: Uint8Array;
  /** Why the message is to be refused in the end. */
  readonly failure: Fault | undefined;
}

/** Decrypts, by way of `ciphertext`; what goes wrong is told, not thrown. @throws what is no {@link Fault} */
export function plaintextOf(
  tape: Tape,
  { cipher, cipherValue }: EncryptedDataClaim,
  { secret }: SymmetricKey,
  ciphertext: OctetSink,
): Plaintext {
  try {
    const data = base64OctetsInto(tape, cipherValue, ciphertext);
    const { octets, isGood } = secret.lend((key) => decryptToEnd(cipher, key, data));
    if (isGood) return { octets, failure: undefined };
    return { octets: withoutPadding(octets, cipher.blockBytes), failure: UNREADABLE };
  } catch (error) {
    return { octets: EMPTY, failure: uniform(error) };
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
