/**
 * Derived keys by the key instance they come from and everything else that determines them. Peers such as WCF use
 * one pair of nonces for the life of a context, so most messages derive nothing.
 */

import type { CipherAlgorithm, KeyInstance, MacAlgorithm } from '@parley/core';
import { Secret } from '@parley/core';
import type { Decrypted } from '@parley/core/internal';
import { areWholeCbc, CbcDecipher, decryptAllToEnd, fillDerivedKey, MacKey } from '@parley/core/internal';
import type { WireDerivation } from '../message/wire-derivation.ts';

/** What keys are derived from, known by its identity: a key of a context, or of an EncryptedKey. */
export type BaseKey = Pick<KeyInstance, 'secret'>;

/** A key ready for use; the same object for the same derivation while it is cached. */
export class SymmetricKey {
  readonly secret: Secret;
  #macKey: MacKey | undefined;
  #decipher: CbcDecipher | undefined;
  /** What was decrypted last was so with this. */
  #cipher: CipherAlgorithm | undefined;

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

  /** `decryptAllToEnd` with the key. @throws Fault as that, and `internal.crypto` */
  decryptAllToEnd(cipher: CipherAlgorithm, data: Uint8Array, ends: readonly number[]): readonly Decrypted[] {
    // perf: a decipher is kept for a key that is used again; those of most peers never are.
    const isUsedAgain = this.#cipher === cipher && cipher.mode === 'cbc' && areWholeCbc(cipher, ends);
    this.#cipher = cipher;
    return this.secret.lend((key) =>
      isUsedAgain
        ? this.#cbcDecipher(cipher, key).decryptAllToEnd(data, ends)
        : decryptAllToEnd(cipher, key, data, ends),
    );
  }

  #cbcDecipher(cipher: CipherAlgorithm, key: Uint8Array): CbcDecipher {
    if (this.#decipher?.algorithm !== cipher) {
      const made = new CbcDecipher(cipher, key);
      this.#decipher?.wipe();
      this.#decipher = made;
    }
    return this.#decipher as CbcDecipher;
  }

  wipe(): void {
    this.#macKey?.wipe();
    this.#macKey = undefined;
    this.#decipher?.wipe();
    this.#decipher = undefined;
    this.secret.wipe();
  }
}

/** A derivation that was made: what it came from, how, and the key. */
interface Derived {
  readonly slot: number;
  readonly base: number;
  readonly derivation: WireDerivation;
  readonly key: SymmetricKey;
  /** What derivations from this key call it. */
  readonly number: number;
}

/** Bounded; the least recently used key is wiped first. Owned by one thread. */
export class DerivedKeyCache {
  readonly #keysMax: number;
  // perf: found by number, compared by octets: no string is made for a key that is there.
  readonly #derived = new Map<number, Derived>();
  // An instance is known by a number: its name may be shared by two contexts, its secret must not become a string.
  readonly #numbers = new WeakMap<BaseKey, number>();
  readonly #direct = new WeakMap<BaseKey, SymmetricKey>();
  #nextNumber = 1;
  // perf: most messages have two keys; taking one out of the map and putting it back at its end costs 100 ns. So these two, the last one
  // and the one before, are put there before one is pushed out, and not each time.
  #latest: Derived | undefined;
  #former: Derived | undefined;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** The key that `derivations`, outermost base first, make of the instance's secret (WS-SC §1.10). */
  derived(instance: BaseKey, derivations: readonly WireDerivation[]): SymmetricKey {
    if (derivations.length === 0) return this.#directKey(instance);
    let base = this.#numberOf(instance);
    let { secret } = instance;
    let key: SymmetricKey | undefined;
    for (const derivation of derivations) {
      const found = this.#recall(base, derivation) ?? this.#derive(base, secret, derivation);
      base = found.number;
      key = found.key;
      secret = key.secret;
    }
    return key as SymmetricKey;
  }

  /** Wipes every derived key. */
  clear(): void {
    for (const { key } of this.#derived.values()) key.wipe();
    this.#derived.clear();
    this.#latest = undefined;
    this.#former = undefined;
  }

  /** The context's secret itself; whoever owns the context wipes it. */
  #directKey(instance: BaseKey): SymmetricKey {
    let key = this.#direct.get(instance);
    if (key === undefined) {
      key = new SymmetricKey(instance.secret);
      this.#direct.set(instance, key);
    }
    return key;
  }

  #numberOf(instance: BaseKey): number {
    let number = this.#numbers.get(instance);
    if (number === undefined) {
      number = this.#nextNumber++;
      this.#numbers.set(instance, number);
    }
    return number;
  }

  #recall(base: number, derivation: WireDerivation): Derived | undefined {
    const slot = slotOf(base, derivation);
    const found = this.#derived.get(slot);
    if (found === undefined || found.base !== base || !isSameDerivation(found.derivation, derivation)) return undefined;
    if (found !== this.#latest) {
      if (found !== this.#former) this.#putLast(found);
      this.#former = this.#latest;
      this.#latest = found;
    }
    return found;
  }

  #putLast(one: Derived | undefined): void {
    if (one === undefined || this.#derived.get(one.slot) !== one) return;
    this.#derived.delete(one.slot);
    this.#derived.set(one.slot, one);
  }

  #derive(base: number, baseSecret: Secret, derivation: WireDerivation): Derived {
    const slot = slotOf(base, derivation);
    this.#evict(slot);
    this.#putLast(this.#former);
    this.#putLast(this.#latest);
    if (this.#derived.size >= this.#keysMax) this.#evict(this.#derived.keys().next().value as number);
    const secret = baseSecret.lend((bytes) =>
      Secret.filledBy(derivation.lengthBytes, (out) => fillDerivedKey(bytes, derivation, out)),
    );
    const derived = { slot, base, derivation, key: new SymmetricKey(secret), number: this.#nextNumber++ };
    this.#derived.set(slot, derived);
    this.#former = this.#latest;
    this.#latest = derived;
    return derived;
  }

  #evict(slot: number): void {
    this.#derived.get(slot)?.key.wipe();
    this.#derived.delete(slot);
  }
}

/**
 * 32 bits made of everything that makes the key: as many as the engine holds without an object. Two derivations may share
 * them, which costs the older one its place: so all that honest peers vary is in them.
 */
function slotOf(base: number, { label, nonce, offsetBytes, lengthBytes }: WireDerivation): number {
  let mixed = (nonce[0]! << 24) | (nonce[1]! << 16) | (nonce[2]! << 8) | nonce[3]!;
  mixed ^= Math.imul(base, 0x85ebca6b) ^ Math.imul(lengthBytes * 0x10000 + offsetBytes, 0x9e3779b1);
  if (label !== undefined) {
    for (let index = 0; index < label.length; index++) mixed = Math.imul(mixed ^ label.charCodeAt(index), 0x01000193);
  }
  return mixed;
}

/** Whether both make the same key of one secret. */
export function isSameDerivation(left: WireDerivation, right: WireDerivation): boolean {
  if (left.lengthBytes !== right.lengthBytes || left.offsetBytes !== right.offsetBytes || left.label !== right.label) {
    return false;
  }
  const { nonce } = left;
  if (nonce === right.nonce) return true;
  if (nonce.length !== right.nonce.length) return false;
  for (let index = 0; index < nonce.length; index++) if (nonce[index] !== right.nonce[index]) return false;
  return true;
}
