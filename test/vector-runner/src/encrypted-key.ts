/**
 * The key that a ds:KeyInfo leads to: one that the manifest gives, or one in an xenc:EncryptedKey. What is refused on
 * purpose is tried and noted; where core has a switch for it, it is then switched on, so that the octets are compared too.
 */
import type { KeyTransportAlgorithm } from '@parley/core';
import { Fault, PrivateKey } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import {
  DIGEST_ALGORITHMS,
  decryptKey,
  KEY_TRANSPORT_ALGORITHMS,
  KEY_WRAP_ALGORITHMS,
  keyTransport,
  MASK_ALGORITHMS,
  unwrapKey,
} from '@parley/core/internal';
import type { EncryptedClaim, KeyInfoClaim } from './encrypted-claim.ts';
import type { JsonRecord } from './json-record.ts';
import { listField, recordField, recordOf, requiredText, textField, UnreadableVector } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';

/** What 3DES key wrap adds: an IV and a checksum. */
const TRIPLE_DES_WRAP_BYTES = 16;

/** A key of the manifest. */
export interface GivenKey {
  readonly name: string | undefined;
  readonly type: string;
  readonly octets: Uint8Array;
}

/** The keys of the vector. @throws UnreadableVector */
export function givenKeys(suite: SuiteFolder, vector: JsonRecord): readonly GivenKey[] {
  return listField(recordField(vector, 'key') ?? {}, 'keys').map((entry) => {
    const key = recordOf(entry, 'key');
    return {
      name: textField(key, 'name'),
      type: requiredText(key, 'type'),
      octets: suite.bytes(requiredText(key, 'file')),
    };
  });
}

/**
 * The octets of the key, or `undefined` when a refusal or the lack of a key is in the way.
 *
 * @param keyBytes how long it must be, if that is known
 * @param refusals what was refused on purpose is added to it
 * @throws Fault when the key does not come out
 */
export function secretOf(
  keyInfo: KeyInfoClaim,
  given: readonly GivenKey[],
  keyBytes: number | undefined,
  refusals: string[],
): Uint8Array | undefined {
  if (keyInfo.encryptedKeys.length === 0) return givenKey('secret', keyInfo, given);
  for (const encrypted of keyInfo.encryptedKeys) {
    const secret = openKey(encrypted, given, keyBytes, refusals);
    if (secret !== undefined) return secret;
  }
  return undefined;
}

function openKey(
  encrypted: EncryptedClaim,
  given: readonly GivenKey[],
  keyBytes: number | undefined,
  refusals: string[],
): Uint8Array | undefined {
  const { algorithm, cipherValue, keyInfo } = encrypted;
  if (cipherValue === undefined) throw new UnreadableVector('a CipherReference in an EncryptedKey');
  const wrap = KEY_WRAP_ALGORITHMS.find(({ uri }) => uri === algorithm);
  if (wrap !== undefined) {
    const wrapping = secretOf(keyInfo, given, wrap.keyBytes, refusals);
    if (wrapping === undefined) return undefined;
    const keyLength = cipherValue.length - TRIPLE_DES_WRAP_BYTES;
    if (wrap.name === 'kw-tripledes' && keyLength !== wrap.keyBytes) {
      refusals.push(`kw-tripledes of a key of ${keyLength} octets`);
      return undefined;
    }
    return unwrapKey(wrap, wrapping, cipherValue).lend((octets) => octets.slice());
  }
  const row = KEY_TRANSPORT_ALGORITHMS.find(({ uri }) => uri === algorithm);
  if (row === undefined) {
    refusals.push(`key encryption algorithm ${algorithm}`);
    return undefined;
  }
  const transport = transportOf(row, encrypted, refusals);
  const pem = givenKey('private', keyInfo, given);
  if (transport === undefined || pem === undefined) return undefined;
  const open = (uses: 'encryption' | 'rsa-1_5'): Uint8Array =>
    decryptKey(transport, privateKey(pem, uses, refusals), cipherValue, keyBytes).lend((octets) => octets.slice());
  try {
    return open('encryption');
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'peer.alg-forbidden') throw error;
    refusals.push('RSA 1.5');
    return open('rsa-1_5');
  }
}

/** The key of the manifest that the ds:KeyInfo names, else one without a name; the only one of its type when it names none. */
function givenKey(type: string, { names }: KeyInfoClaim, given: readonly GivenKey[]): Uint8Array | undefined {
  const ofType = given.filter((key) => key.type === type);
  const named = ofType.filter(({ name }) => name !== undefined && names.includes(name));
  const fitting = named.length > 0 ? named : ofType.filter(({ name }) => names.length === 0 || name === undefined);
  return fitting.length === 1 ? fitting[0]?.octets : undefined;
}

function transportOf(
  row: KeyTransportAlgorithm,
  { digest, mask, label }: EncryptedClaim,
  refusals: string[],
): KeyTransport | undefined {
  const hash = DIGEST_ALGORITHMS.find(({ uri }) => uri === digest)?.name;
  const maskHash = MASK_ALGORITHMS.find(({ uri }) => uri === mask)?.hash;
  const unknown = [
    ...(digest === undefined || hash !== undefined ? [] : [`OAEP digest ${digest}`]),
    ...(mask === undefined || maskHash !== undefined ? [] : [`MGF ${mask}`]),
  ];
  refusals.push(...unknown);
  if (unknown.length > 0) return undefined;
  try {
    return keyTransport(row, { hash, maskHash, label });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'peer.alg-forbidden') throw error;
    refusals.push(`MGF other than SHA-1 with ${row.name}`);
    return undefined;
  }
}

function privateKey(pem: Uint8Array, use: 'encryption' | 'rsa-1_5', refusals: string[]): PrivateKey {
  try {
    return PrivateKey.read({ format: 'pem', bytes: pem }, { uses: [use] });
  } catch (error) {
    const bits = error instanceof Fault && error.detail['reason'] === 'size' ? Number(error.detail['bits']) : undefined;
    if (bits === undefined) throw error;
    refusals.push(`RSA key of ${bits} bits`);
    return PrivateKey.read({ format: 'pem', bytes: pem }, { uses: [use], rsaBitsMin: bits });
  }
}
