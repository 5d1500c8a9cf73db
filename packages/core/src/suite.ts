/** WS-SecurityPolicy algorithm suites (§7.4), as far as a symmetric conversation uses them. */

import type { CipherAlgorithm, DigestAlgorithm, MacAlgorithm } from './algorithms.ts';
import { cipherAlgorithm, digestAlgorithm, macAlgorithm } from './algorithms.ts';
import { Fault } from './fault.ts';

export interface AlgorithmSuite {
  readonly name: string;
  readonly digest: DigestAlgorithm;
  /** What we sign with: hmac-sha256 in the Sha256 suites, as WCF does. */
  readonly mac: MacAlgorithm;
  readonly cipher: CipherAlgorithm;
  readonly encryptionKeyBytes: number;
  readonly signatureKeyBytes: number;
  /** Secret of a context, when the request names no KeySize. */
  readonly contextKeyBytes: number;
}

// name, hash, cipher, derived signature key in octets (spec: 192 bits even for Basic256).
const ROWS = [
  ['Basic256', 'sha1', 'aes256-cbc', 24],
  ['Basic192', 'sha1', 'aes192-cbc', 24],
  ['Basic128', 'sha1', 'aes128-cbc', 16],
  ['TripleDes', 'sha1', 'tripledes-cbc', 24],
  ['Basic256Sha256', 'sha256', 'aes256-cbc', 24],
  ['Basic192Sha256', 'sha256', 'aes192-cbc', 24],
  ['Basic128Sha256', 'sha256', 'aes128-cbc', 16],
  ['TripleDesSha256', 'sha256', 'tripledes-cbc', 24],
  // interop: CXF's own names; there is no standard suite with GCM.
  ['Basic256GCM', 'sha1', 'aes256-gcm', 24],
  ['Basic192GCM', 'sha1', 'aes192-gcm', 24],
  ['Basic128GCM', 'sha1', 'aes128-gcm', 16],
  ['Basic256GCMSha256', 'sha256', 'aes256-gcm', 24],
  ['Basic192GCMSha256', 'sha256', 'aes192-gcm', 24],
  ['Basic128GCMSha256', 'sha256', 'aes128-gcm', 16],
] as const;

export type SuiteName = (typeof ROWS)[number][0];

const SUITES: ReadonlyMap<string, AlgorithmSuite> = new Map(
  ROWS.map(([name, hash, cipherName, signatureKeyBytes]) => {
    const cipher = cipherAlgorithm(cipherName);
    const suite: AlgorithmSuite = Object.freeze({
      name,
      digest: digestAlgorithm(hash),
      mac: macAlgorithm(`hmac-${hash}`),
      cipher,
      encryptionKeyBytes: cipher.keyBytes,
      signatureKeyBytes,
      contextKeyBytes: cipher.keyBytes,
    });
    return [name, suite];
  }),
);

/** All suite names. */
export const SUITE_NAMES: readonly SuiteName[] = ROWS.map(([name]) => name);

/**
 * The suite called `name`; the `Rsa15` variants differ only in what a conversation does not use.
 *
 * @throws Fault `caller.option-invalid`
 */
export function algorithmSuite(name: string): AlgorithmSuite {
  const suite = SUITES.get(name.endsWith('Rsa15') ? name.slice(0, -'Rsa15'.length) : name);
  if (suite === undefined) throw new Fault('caller.option-invalid', { option: 'suite', value: name.slice(0, 64) });
  return suite;
}
