import type { Limits, Secret } from '@parley/core';
import { limitFault } from '@parley/core/internal';

/** A key made of a user's password. */
export interface PasswordKey {
  readonly secret: Secret;
  readonly username: string;
  /** safety: of a user whom we do not know, the key proves nothing: everybody can make it. */
  readonly isKnown: boolean;
}

/** The keys that one message has made of passwords: each once, and few, for they are made before anything is proven. */
export class PasswordKeys {
  // perf: made when there is one, for most messages have none.
  #made: Map<string, PasswordKey> | undefined;

  /** The key of which all that decides it is `name`; made by `make` if there is none yet. @throws Fault `peer.limit-tokens` */
  get(name: string, { passwordKeysMax }: Limits, make: () => PasswordKey): PasswordKey {
    this.#made ??= new Map();
    const made = this.#made.get(name);
    if (made !== undefined) return made;
    if (this.#made.size >= passwordKeysMax)
      throw limitFault('peer.limit-tokens', 'passwordKeysMax', passwordKeysMax, this.#made.size + 1);
    const key = make();
    this.#made.set(name, key);
    return key;
  }

  wipe(): void {
    if (this.#made === undefined) return;
    for (const { secret } of this.#made.values()) secret.wipe();
    this.#made.clear();
  }
}
