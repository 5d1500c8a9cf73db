import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';
import type { KnownEncryptedKeys } from '../../keys/credentials.ts';
import { usableSecret } from '../transfer/portable-secret.ts';
import type { AttachedKey } from '../transfer/task.ts';

/**
 * The EncryptedKeys of other messages that one batch has the use of. What main did not send along is an answer
 * (`internal.context-needed`). Held no longer than the batch: who knows a key may forget it at any time.
 */
export class BatchKeys implements KnownEncryptedKeys {
  readonly #secrets = new Map<string, Secret | undefined>();

  /** @throws Fault `internal.context-needed` when only main can tell */
  get(sha1Base64: string): Secret | undefined {
    if (!this.#secrets.has(sha1Base64)) throw new Fault('internal.context-needed', { encryptedKey: sha1Base64 });
    return this.#secrets.get(sha1Base64);
  }

  beginBatch(attached: readonly AttachedKey[]): void {
    for (const { sha1Base64, secret } of attached) {
      this.#secrets.set(sha1Base64, secret === undefined ? undefined : usableSecret(secret));
    }
  }

  endBatch(): void {
    for (const secret of this.#secrets.values()) secret?.wipe();
    this.#secrets.clear();
  }
}
