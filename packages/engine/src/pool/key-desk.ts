import type { FailedReply } from '@parley/core';
import { Secret } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { anything, called, failedReply, instanceOf, optional } from '@parley/core/internal';
import type { AnyReply } from './answer/reply-reader.ts';
import type { PoolCredentials } from './transfer/credentials.ts';
import { portableSecret, usableSecret } from './transfer/portable-secret.ts';
import type { AttachedKey, KeptKey } from './transfer/task.ts';

const SECRET: Kind<Secret | undefined> = optional(instanceOf(Secret));

/** Main's side of secrets of EncryptedKeys: gives those that are known, and hands over those that messages brought. */
export class KeyDesk {
  readonly #credentials: PoolCredentials;

  constructor(credentials: PoolCredentials) {
    this.#credentials = credentials;
  }

  /** Whether somebody wants what messages bring. */
  get isKeeping(): boolean {
    return this.#credentials.keepEncryptedKey !== undefined;
  }

  /** The key ready to travel, or the reply for every message that needs it. */
  lookUp(sha1Base64: string): AttachedKey | FailedReply {
    try {
      const secret = called('encryptedKeys.get', SECRET, () => this.#credentials.encryptedKeys?.get(sha1Base64));
      return { sha1Base64, secret: secret === undefined ? undefined : portableSecret(secret) };
    } catch (error) {
      return failedReply(error);
    }
  }

  /** `replies`, whose secrets have been handed over. */
  keep(kept: readonly KeptKey[], replies: readonly AnyReply[]): readonly AnyReply[] {
    if (kept.length === 0) return replies;
    const after = [...replies];
    for (const { index, secret, sha1Base64 } of kept) {
      try {
        called('keepEncryptedKey', anything(), () =>
          this.#credentials.keepEncryptedKey?.(sha1Base64, usableSecret(secret)),
        );
      } catch (error) {
        // As `open` answers when it cannot hand over.
        after[index] = failedReply(error);
      }
    }
    return after;
  }
}
