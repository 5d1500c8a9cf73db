import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';

/** The secret of one EncryptedKey. */
export interface TransportedKey {
  /** Base64 SHA-1 of the cipher value: what EncryptedKeySHA1 references hold. */
  readonly sha1Base64: string;
  readonly secret: Secret;
  /** Whether the message brought it, or our credentials. */
  readonly isNew: boolean;
}

/** The EncryptedKeys of one message, decrypted when they are first used. Its owner wipes them. */
export class TransportedKeys {
  readonly #known = new Map<string, TransportedKey>();
  #depth = 0;

  /** The key of which all that decides it is `name`; made by `make` if there is none yet. */
  get(name: string, make: () => TransportedKey): TransportedKey {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // safety: a key that is wrapped with a key from an EncryptedKey could be wrapped with itself.
    if (this.#depth > 0) throw new Fault('peer.dk-loop');
    this.#depth++;
    try {
      const key = make();
      this.#known.set(name, key);
      return key;
    } finally {
      this.#depth--;
    }
  }

  /** Gives the keys that came with the message to `keep`, which owns them from here on. */
  handOver(keep: (sha1Base64: string, secret: Secret) => void): void {
    for (const [name, { sha1Base64, secret, isNew }] of this.#known) {
      if (!isNew) continue;
      this.#known.delete(name);
      keep(sha1Base64, secret);
    }
  }

  /** Wipes what came with the message. */
  wipe(): void {
    for (const { secret, isNew } of this.#known.values()) if (isNew) secret.wipe();
    this.#known.clear();
  }
}
