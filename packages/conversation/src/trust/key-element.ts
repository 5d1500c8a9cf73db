/** Key octets in a trust message: a wst:BinarySecret, or an xenc:EncryptedKey (WS-Trust §2.4). */

import type { Tape, XmlWriter } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import { Secret } from '@parley/core';
import type { VersionUris } from '@parley/core/internal';
import { decodeBase64, decodedBase64Max, limitFault } from '@parley/core/internal';
import type { EncryptedKey } from '@parley/engine';
import type { CarriedKeyOpening } from '@parley/engine/internal';
import { isEncryptedKey, openCarriedKey, structureInvalid, TYPE, valueOctets } from '@parley/engine/internal';
import { soleChild } from './child-elements.ts';
import { isKeySize } from './key-size.ts';
import { trustNames } from './names.ts';

const BINARY_SECRET = localName('BinarySecret');
/** 512 bits, the largest key we make, and generous room above it. */
const SECRET_BYTES_MAX = 256;
const TEXT_BYTES_MAX = 1024;

/**
 * Reads the one child of `parent` (Entropy, RequestedProofToken). The octets go from the message into the secret and nowhere
 * else. The Type is not looked at: peers write it differently. `opening`: with what an EncryptedKey is decrypted, where one
 * may be there. `keySizeBits`: how large the key is that it is for, as far as anybody said so.
 *
 * @throws Fault `peer.structure-invalid` another child, or markup in it; `peer.encoding-invalid` no base64; `peer.limit-value` too
 *   long; `peer.decrypt-failed`, `peer.key-usage`, and what else decrypting a key throws
 */
export function readKeyElement(
  tape: Tape,
  parent: number,
  name: string,
  opening?: CarriedKeyOpening,
  keySizeBits?: number,
): Secret {
  const element = soleChild(tape, parent, name);
  if (opening !== undefined && isEncryptedKey(tape, element)) {
    const secretBytes = keySizeBits !== undefined && isKeySize(keySizeBits) ? keySizeBits / 8 : undefined;
    return openCarriedKey(tape, element, { ...opening, secretBytes });
  }
  // interop: WCF takes it from either generation.
  if (
    !(isNamed(tape, element, Namespace.wst, BINARY_SECRET) || isNamed(tape, element, Namespace.wst05, BINARY_SECRET))
  ) {
    throw structureInvalid(tape, element, `${name} holds no BinarySecret`);
  }
  const { bytes, start, end } = valueOctets(tape, element, 'BinarySecret', TEXT_BYTES_MAX, 'textBytesMax');
  const octets = new Uint8Array(decodedBase64Max(end - start));
  try {
    const lengthBytes = decodeBase64(bytes, start, end, octets, 0);
    if (lengthBytes > SECRET_BYTES_MAX)
      throw limitFault('peer.limit-value', 'binarySecretBytesMax', SECRET_BYTES_MAX, lengthBytes);
    return Secret.copyOf(octets.subarray(0, lengthBytes));
  } finally {
    octets.fill(0);
    if (bytes !== tape.bytes) bytes.fill(0);
  }
}

const NAMES = trustNames(['BinarySecret']);

/** How key octets travel, within a Body that is protected or not. */
export type KeyForm = 'binary-secret' | 'encrypted-key';

/** Encrypts a secret (borrowed) for the peer. */
export type KeyEncryption = (secret: Secret) => EncryptedKey;

/** Writes a BinarySecret of Type Nonce (entropy) or SymmetricKey (a whole key); or what `encrypt` makes of it. */
export function writeKeyElement(
  writer: XmlWriter,
  { version, trust }: VersionUris,
  secret: Secret,
  type: 'Nonce' | 'SymmetricKey',
  encrypt?: KeyEncryption,
): void {
  if (encrypt !== undefined) {
    const encrypted = encrypt(secret);
    try {
      encrypted.writeAlone(writer);
    } finally {
      encrypted.wipe();
    }
    return;
  }
  writer.open(NAMES[version].BinarySecret, [[TYPE, `${trust}/${type}`]]);
  secret.lend((octets) => writer.base64(octets)).close();
}
