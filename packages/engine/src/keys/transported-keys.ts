import type { Secret } from '@parley/core';

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
  // perf: made when there is one, for most messages have none.
  #known: Map<string, TransportedKey> | undefined;

  /** The key of which all that decides it is `name`; made by `make` if there is none yet. */
  get(name: string, make: () => TransportedKey): TransportedKey {
    return this.#known?.get(name) ?? this.#keep(name, make());
  }

  /** A key that our credentials have, by its SHA-1. Nothing in the message makes it, so it may wrap what the message brings. */
  known(sha1Base64: string, secret: Secret): TransportedKey {
    return this.#known?.get(sha1Base64) ?? this.#keep(sha1Base64, { sha1Base64, secret, isNew: false });
  }

  /** Gives the keys that came with the message to `keep`, which owns them from here on. */
  handOver(keep: (sha1Base64: string, secret: Secret) => void): void {
    for (const [name, { sha1Base64, secret, isNew }] of this.#known ?? []) {
      if (!isNew) continue;
      this.#known?.delete(name);
      keep(sha1Base64, secret);
    }
  }

  /** Wipes what came with the message. */
  wipe(): void {
    if (this.#known === undefined) return;
    for (const { secret, isNew } of this.#known.values()) if (isNew) secret.wipe();
    this.#known.clear();
  }

  #keep(name: string, key: TransportedKey): TransportedKey {
    this.#known ??= new Map();
    this.#known.set(name, key);
    return key;
  }
}
