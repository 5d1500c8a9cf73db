/** The key that signs, and what of it differs from message to message: its context, and the nonces of derivations. */

import type { Matcher } from '@parley/codec/internal';
import { firstChild, Hole, isNamed, localName, namespaceOf, nextSibling } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { readDerivedKeyToken, readNonce } from '../claims/derived-key-token.ts';
import { readTokenReference } from '../claims/token-reference.ts';
import { isTokenNamed } from '../plan/derivation-chain.ts';
import type { PlannedContextKey } from '../plan/planned-key.ts';
import type { Policy } from '../policy/policy.ts';
import type { HoleList } from './hole-list.ts';

const DERIVED_KEY_TOKEN = localName('DerivedKeyToken');
const NONCE = localName('Nonce');
const IDENTIFIER = localName('Identifier');
const INSTANCE = localName('Instance');

/** Where the holes of a key begin, and later their numbers; -1 where the message has none. */
export interface KeyHolePlaces {
  readonly identifier: number;
  readonly instance: number;
  /** Of each derivation, base first. */
  readonly nonces: readonly number[];
}

/**
 * Adds the holes of the key that the wsse:SecurityTokenReference names.
 * @throws NoTemplate; what reading throws
 */
export function addKeyHoles(
  holes: HoleList,
  tokenReference: number,
  key: PlannedContextKey,
  policy: Policy,
): KeyHolePlaces {
  const { tape } = holes;
  const { limits } = policy;
  const nonces: number[] = [];
  let reference = readTokenReference(tape, tokenReference, policy);
  for (;;) {
    // Twice as long as its octets, and white space that makes it no hole's; without references, it is read as it stands.
    const bytesMax = limits.nonceBytesMax * 2;
    const { impliedNonce } = reference;
    if (impliedNonce >= 0) nonces.unshift(holes.attribute(impliedNonce, { kind: Hole.id, bytesMax }));
    if (reference.target < 0 || !isTokenNamed(tape, reference.target, DERIVED_KEY_TOKEN)) break;
    nonces.unshift(holes.value(childNamed(holes, reference.target, NONCE), bytesMax));
    reference = readDerivedKeyToken(tape, reference.target, policy).base;
  }
  const textOf = (name: Uint8Array): number => {
    const element = key.token < 0 ? -1 : childNamed(holes, key.token, name);
    return element < 0 ? -1 : holes.value(element, limits.identifierBytesMax);
  };
  return { identifier: textOf(IDENTIFIER), instance: textOf(INSTANCE), nonces };
}

function childNamed({ tape }: HoleList, element: number, name: Uint8Array): number {
  const namespace = namespaceOf(tape, element);
  let child = firstChild(tape, element);
  while (child >= 0 && !isNamed(tape, child, namespace, name)) child = nextSibling(tape, child);
  return child;
}

/** Makes planned keys of holes; the same object as long as they hold the same. */
export class KeyHoles {
  readonly #places: KeyHolePlaces;
  readonly #limits: Limits;
  /** Holes that have something to say. */
  readonly #holes: readonly number[];
  #planned: PlannedContextKey;
  /** What the holes held when it was planned. */
  #held: readonly Uint8Array[] | undefined;

  constructor(planned: PlannedContextKey, places: KeyHolePlaces, limits: Limits) {
    this.#planned = planned;
    this.#places = places;
    this.#limits = limits;
    this.#holes = [places.identifier, places.instance, ...places.nonces].filter((hole) => hole >= 0);
  }

  /**
   * The key that the message names which matched.
   * @throws Fault a nonce that is none
   */
  planned(message: Uint8Array, matcher: Matcher): PlannedContextKey {
    if (this.#held === undefined || !this.#areHeld(message, matcher.holes, this.#held)) this.#plan(message, matcher);
    return this.#planned;
  }

  #areHeld(message: Uint8Array, holes: Int32Array, held: readonly Uint8Array[]): boolean {
    for (let place = 0; place < held.length; place++) {
      const hole = this.#holes[place]! * 2;
      const start = holes[hole]!;
      const octets = held[place]!;
      if (holes[hole + 1]! - start !== octets.length) return false;
      for (let index = 0; index < octets.length; index++) if (message[start + index] !== octets[index]) return false;
    }
    return true;
  }

  #plan(message: Uint8Array, matcher: Matcher): void {
    const { holes } = matcher;
    const { identifier, instance, nonces } = this.#places;
    const { derivations } = this.#planned;
    const planned: PlannedContextKey = {
      ...this.#planned,
      identifier: identifier < 0 ? this.#planned.identifier : matcher.text(identifier),
      instance: instance < 0 ? this.#planned.instance : matcher.text(instance),
      derivations: derivations.map((derivation, index) => {
        const hole = nonces[index]!;
        const text = { bytes: message, start: holes[hole * 2]!, end: holes[hole * 2 + 1]! };
        return { ...derivation, nonce: readNonce(text, this.#limits) };
      }),
    };
    this.#held = this.#holes.map((hole) => message.slice(holes[hole * 2], holes[hole * 2 + 1]));
    this.#planned = planned;
  }
}
