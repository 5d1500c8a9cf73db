/**
 * Derived keys by the key instance they come from and everything else that determines them. Peers such as WCF use
 * one pair of nonces for the life of a context, so most messages derive nothing.
 */

import type { KeyInstance, MacAlgorithm } from '@parley/core';
import { deriveKey, MacKey, Secret } from '@parley/core';
import type { WireDerivation } from './read/derived-key-token.ts';

/** A key ready for use; the same object for the same derivation while it is cached. */
export class SymmetricKey {
  readonly secret: Secret;
  #macKey: MacKey | undefined;

  constructor(secret: Secret) {
    this.secret = secret;
  }

  /** The key with its HMAC pads prepared. */
  macKey(algorithm: MacAlgorithm): MacKey {
    if (this.#macKey?.algorithm !== algorithm) {
      this.#macKey?.wipe();
      this.#macKey = this.secret.lend((bytes) => new MacKey(algorithm, bytes));
    }
    return this.#macKey as MacKey;
  }

  wipe(): void {
    this.#macKey?.wipe();
    this.#macKey = undefined;
    this.secret.wipe();
  }
}

/** Bounded; the least recently used key is wiped first. Owned by one thread. */
export class DerivedKeyCache {
  readonly #keysMax: number;
  readonly #keys = new Map<string, SymmetricKey>();
  // An instance is known by a number: its name may be shared by two contexts, its secret must not become a string.
  readonly #numbers = new WeakMap<KeyInstance, number>();
  readonly #direct = new WeakMap<KeyInstance, SymmetricKey>();
  #nextNumber = 1;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** The context's secret itself. */
  direct(instance: KeyInstance): SymmetricKey {
    let key = this.#direct.get(instance);
    if (key === undefined) {
      // Shares the context's Secret: whoever owns the context wipes it.
      key = new SymmetricKey(instance.secret);
      this.#direct.set(instance, key);
    }
    return key;
  }

  /** The key that `derivations`, outermost base first, make of the instance's secret (WS-SC §1.10). */
  derived(instance: KeyInstance, derivations: readonly WireDerivation[]): SymmetricKey {
    let name = String(this.#numberOf(instance));
    let key: SymmetricKey | undefined;
    for (const derivation of derivations) {
      name += nameOf(derivation);
      key = this.#recall(name) ?? this.#derive(name, key?.secret ?? instance.secret, derivation);
    }
    return key ?? this.direct(instance);
  }

  /** Wipes every derived key. */
  clear(): void {
    for (const key of this.#keys.values()) key.wipe();
    this.#keys.clear();
  }

  #numberOf(instance: KeyInstance): number {
    let number = this.#numbers.get(instance);
    if (number === undefined) {
      number = this.#nextNumber++;
      this.#numbers.set(instance, number);
    }
    return number;
  }

  #recall(name: string): SymmetricKey | undefined {
    const key = this.#keys.get(name);
    if (key === undefined) return undefined;
    this.#keys.delete(name);
    this.#keys.set(name, key);
    return key;
  }

  #derive(name: string, base: Secret, derivation: WireDerivation): SymmetricKey {
    if (this.#keys.size >= this.#keysMax) this.#evictOldest();
    const secret = base.lend((bytes) =>
      Secret.filledBy(derivation.lengthBytes, (out) => deriveKey(bytes, derivation, out)),
    );
    const key = new SymmetricKey(secret);
    this.#keys.set(name, key);
    return key;
  }

  #evictOldest(): void {
    const oldest = this.#keys.entries().next();
    if (oldest.done === true) return;
    oldest.value[1].wipe();
    this.#keys.delete(oldest.value[0]);
  }
}

function nameOf(derivation: WireDerivation): string {
  const nonce = Buffer.from(derivation.nonce.buffer, derivation.nonce.byteOffset, derivation.nonce.length).toString(
    'latin1',
  );
  // The nonce's length keeps nonce and label apart; numbers end at the first separator.
  return `|${derivation.offsetBytes},${derivation.lengthBytes},${nonce.length},${nonce}${derivation.label ?? ''}`;
}
