/** STR -> DKT -> DKT -> token: what a secret is derived from, and how. */
import type { Tape } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { FieldLimits } from '../claims/derivation-limits.ts';
import { requireWithin } from '../claims/derivation-limits.ts';
import { readDerivedKeyToken, readImpliedDerivation } from '../claims/derived-key-token.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { TokenReference } from '../claims/token-reference.ts';
import { readTokenReference } from '../claims/token-reference.ts';
import type { WireDerivation } from '../message/wire-derivation.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { requirePlace } from './place.ts';

const DERIVED_KEY_TOKEN = localName('DerivedKeyToken');
const DEPTH_LIMITS: FieldLimits = { field: 'depth', most: 'derivationDepthMax' };

export interface DerivationChain {
  /** What the first reference leads to. */
  readonly named: number;
  /** The last reference, to what all is derived from. */
  readonly reference: TokenReference;
  /** Base first. */
  readonly derivations: readonly WireDerivation[];
  /** What names that: the last DerivedKeyToken, or whoever uses the secret. */
  readonly user: number;
  /** The generation of the DerivedKeyTokens. */
  readonly version: Version | undefined;
}

/**
 * Follows the STR `element` to what is no derived key; `user` is the element that uses the secret.
 * @throws Fault `peer.keyinfo-forbidden`, `peer.structure-invalid`, `peer.ref-*`, `peer.dk-limit`, `peer.dk-loop`,
 *   `peer.alg-forbidden`, `peer.encoding-invalid`, `peer.limit-value`
 */
export function followDerivations(
  claims: MessageClaims,
  element: number,
  user: number,
  policy: Policy,
): DerivationChain {
  const { tape, security } = claims;
  const { limits } = policy;
  const derivations: WireDerivation[] = [];
  const seen: number[] = [];
  let version: Version | undefined;
  let reference = readTokenReference(tape, element, policy);
  const named = reference.target;
  let namedBy = user;
  for (;;) {
    const implied = readImpliedDerivation(tape, reference, limits);
    if (implied !== undefined) derivations.unshift(implied);
    requireWithin(derivations.length, DEPTH_LIMITS, limits);
    const token = reference.target;
    if (token < 0 || !isTokenNamed(tape, token, DERIVED_KEY_TOKEN))
      return { named, reference, derivations, user: namedBy, version };
    if (seen.includes(token)) throw new Fault('peer.dk-loop');
    seen.push(token);
    requirePlace(claims, token, namedBy, security.derivedKeyTokens.includes(token), policy);
    const derivedKey = readDerivedKeyToken(tape, token, policy);
    version ??= derivedKey.version;
    if (version !== derivedKey.version) throw structureInvalid(tape, token, 'two generations of wsc:DerivedKeyToken');
    derivations.unshift(derivedKey.derivation);
    reference = derivedKey.base;
    namedBy = token;
  }
}

/** Whether `element` is the token `local` of either generation of WS-SecureConversation. */
export function isTokenNamed(tape: Tape, element: number, local: Uint8Array): boolean {
  return isNamed(tape, element, Namespace.wsc, local) || isNamed(tape, element, Namespace.wsc05, local);
}
