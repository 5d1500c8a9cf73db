import type { XmlWriter } from '@parley/codec';
import type { AlgorithmSuite } from '@parley/core';
import { Secret } from '@parley/core';
import { encodeBase64, MacKey, sign, signatureAlgorithm } from '@parley/core/internal';
import type { CarriedAssertion } from './carried-assertion.ts';
import type { Signer } from './message-keys.ts';
import type { AssertionSignature } from './request.ts';

/**
 * Signs with the key that an assertion names, itself.
 * @throws Fault `peer.alg-forbidden` there is no such algorithm
 */
export function assertionSigner(
  { proof, algorithm }: AssertionSignature,
  assertion: CarriedAssertion,
  suite: AlgorithmSuite,
): Signer {
  const writeReference = (writer: XmlWriter): void => assertion.writeReference(writer);
  if (proof instanceof Secret) {
    const method = suite.mac;
    const valueBase64 = (octets: Uint8Array, start: number, end: number): string => {
      const key = proof.lend((secret) => new MacKey(method, secret));
      try {
        return key.macBase64(octets, start, end);
      } finally {
        key.wipe();
      }
    };
    return { method, headroomBytes: method.blockBytes, valueBase64, writeReference };
  }
  const method = algorithm === undefined ? suite.signature : signatureAlgorithm(algorithm);
  const valueBase64 = (octets: Uint8Array, start: number, end: number): string =>
    encodeBase64(sign(method, proof, octets.subarray(start, end)));
  return { method, headroomBytes: 0, valueBase64, writeReference };
}
