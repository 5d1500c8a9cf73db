/** Key pairs for tests, made once per file that asks: any pair will do. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type KeyUse, PrivateKey, PublicKey } from '@parley/core';

export interface KeyPair {
  readonly publicKey: PublicKey;
  readonly privateKey: PrivateKey;
}

export type PairName = 'rsa' | 'P-256' | 'P-384' | 'P-521' | 'ed25519';

export const PAIR_NAMES: readonly PairName[] = ['rsa', 'P-256', 'P-384', 'P-521', 'ed25519'];

export function generateKeyObjects(name: PairName, bits: number = 2048): Record<keyof KeyPair, KeyObject> {
  if (name === 'rsa') return generateKeyPairSync('rsa', { modulusLength: bits });
  if (name === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: name });
}

export function generateKeys(name: PairName, uses: readonly KeyUse[] = ['signature']): KeyPair {
  const { publicKey, privateKey } = generateKeyObjects(name);
  return {
    publicKey: PublicKey.read({ format: 'key-object', key: publicKey }, { uses }),
    privateKey: PrivateKey.read({ format: 'key-object', key: privateKey }, { uses }),
  };
}
