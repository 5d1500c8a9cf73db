// A wrapper whose keys are in this process: what a token or a service does, without one.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Fault } from '@parley/core';
import type { KeyWrapper } from '@parley/sealing';

/** RFC 3394. */
const CIPHER = 'id-aes256-wrap';
const IV = Buffer.alloc(8, 0xa6);

/** Wraps under the last of `keys`, by their ids. */
export function keyWrapper(keys: Readonly<Record<string, number>>): KeyWrapper {
  const octetsOf = (keyId: string): Uint8Array => {
    const fill = keys[keyId];
    if (fill === undefined) throw new Fault('caller.key-service-refused', { keyId, reason: 'no such key' });
    return new Uint8Array(32).fill(fill);
  };
  return {
    async wrap(key) {
      const keyId = Object.keys(keys).at(-1) ?? '';
      const cipher = createCipheriv(CIPHER, octetsOf(keyId), IV);
      return { keyId, octets: Uint8Array.from(Buffer.concat([cipher.update(key), cipher.final()])) };
    },
    async unwrap({ keyId, octets }) {
      const decipher = createDecipheriv(CIPHER, octetsOf(keyId), IV);
      try {
        return Uint8Array.from(Buffer.concat([decipher.update(octets), decipher.final()]));
      } catch (error) {
        throw new Fault('caller.store-key-wrong', { keyId, reason: 'does not unwrap' }, error);
      }
    },
  };
}
