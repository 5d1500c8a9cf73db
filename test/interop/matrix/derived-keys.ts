// The keys of a message of ours, for peers that know nothing of derivation.
import { algorithmSuite, deriveKey } from '@parley/core';
import { sampleSecret } from '../../engine/support/sample.ts';
import type { Choice } from './choice.ts';

export interface MessageKeys {
  readonly signature: Buffer;
  /** `undefined` when nothing is encrypted. */
  readonly encryption: Buffer | undefined;
}

/** Reads the nonces in the order in which `seal` writes its tokens: signature first. */
export function keysOf(message: string, choice: Choice): MessageKeys {
  return sampleSecret().lend((secret) => {
    if (choice.keys === 'direct') return { signature: Buffer.from(secret), encryption: undefined };
    const { signatureKeyBytes, encryptionKeyBytes } = algorithmSuite(choice.suite);
    const nonces = [...message.matchAll(/Nonce>([^<]+)</g)].map(([, nonce = '']) => Buffer.from(nonce, 'base64'));
    const keys = nonces.map((nonce, index) => {
      const key = Buffer.alloc(index === 0 ? signatureKeyBytes : encryptionKeyBytes);
      deriveKey(secret, { label: undefined, nonce, offsetBytes: 0 }, key);
      return key;
    });
    return { signature: keys[0]!, encryption: keys[1] };
  });
}
