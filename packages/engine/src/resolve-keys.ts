/**
 * Token references -> secrets. One resolver, one result, used for trust and for cryptography alike: a message can only
 * name a context that we hold, or bring a key that is encrypted for us, and a derivation from it (T11, T13, T53). Public
 * keys are resolve-certificate.ts's: neither takes what the other one gives.
 */

import type { Tape } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec';
import type { Version } from '@parley/core';
import { Fault, selectKey } from '@parley/core';
import type { OpenScope } from './open-scope.ts';
import { requirePlace } from './place.ts';
import type { Policy } from './policy.ts';
import { structureInvalid } from './read/claim.ts';
import type { WireDerivation } from './read/derived-key-token.ts';
import { readDerivedKeyToken, readImpliedDerivation } from './read/derived-key-token.ts';
import { isEncryptedKey } from './read/encrypted-key.ts';
import type { MessageClaims } from './read/message.ts';
import { readSecurityContextToken } from './read/security-context-token.ts';
import type { TokenReference } from './read/token-reference.ts';
import { readTokenReference } from './read/token-reference.ts';
import { knownEncryptedKey, resolveEncryptedKey } from './resolve-encrypted-key.ts';
import type { EncryptedKeyKey, SymmetricResolvedKey } from './resolved-key.ts';
import type { TransportedKey } from './transported-keys.ts';

const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');
const DERIVED_KEY_TOKEN = localName('DerivedKeyToken');

interface Chain {
  readonly reference: TokenReference;
  readonly derivations: readonly WireDerivation[];
  readonly version: Version | undefined;
}

/**
 * The secret that the STR `element` names. `user` is the element that uses it: with a strict layout, tokens stand before it.
 * `keyBytes` is how long the secret of an EncryptedKey has to be, if the use says so.
 *
 * @throws Fault `peer.keyinfo-forbidden`, `peer.structure-invalid`, `peer.ref-*`, `peer.dk-limit`, `peer.dk-loop`,
 * `peer.alg-forbidden`, `peer.encoding-invalid`, `peer.limit-value`, `peer.bad-context`, `peer.context-expired`;
 * `peer.key-usage` and `peer.decrypt-failed` of an EncryptedKey.
 */
export function resolveKey(
  claims: MessageClaims,
  element: number,
  user: number,
  scope: OpenScope,
  keyBytes?: number,
): SymmetricResolvedKey {
  const chain = followDerivations(claims, element, user, scope.policy);
  const { encryptedKeySha1, target } = chain.reference;
  if (encryptedKeySha1 !== undefined) return fromEncryptedKey(knownEncryptedKey(encryptedKeySha1, scope), chain, scope);
  if (target >= 0 && isEncryptedKey(claims.tape, target)) {
    const expectedBytes = chain.derivations.length === 0 ? keyBytes : undefined;
    const transported = resolveEncryptedKey(claims, target, user, scope, expectedBytes, resolveKey);
    return fromEncryptedKey(transported, chain, scope);
  }
  const token = contextNamed(claims, chain, user, scope.policy);
  const context = scope.contexts.find(token.identifier);
  if (context === undefined) throw unknownContext(token.identifier, target < 0);
  // safety: the generation is part of the context (T53, T63).
  const version = token.version ?? context.version ?? '200512';
  if ((context.version !== undefined && context.version !== version) || (chain.version ?? version) !== version) {
    throw new Fault('peer.bad-context', { identifier: token.identifier, reason: 'version' });
  }
  const instance = selectKey(context, token.instance, scope.atMs);
  const key = scope.workspace.keys.derived(instance, chain.derivations);
  return { source: 'context', key, context, instance, version, derivations: chain.derivations, token: target };
}

/** The secret of the EncryptedKey `element` itself, for encrypted data that it lists and that names no key. */
export function resolveListingKey(
  claims: MessageClaims,
  element: number,
  user: number,
  scope: OpenScope,
  keyBytes: number,
): SymmetricResolvedKey {
  const transported = resolveEncryptedKey(claims, element, user, scope, keyBytes, resolveKey);
  return fromEncryptedKey(transported, { derivations: [] }, scope);
}

function fromEncryptedKey(
  transported: TransportedKey,
  { derivations }: Pick<Chain, 'derivations'>,
  { workspace }: OpenScope,
): EncryptedKeyKey {
  const key = workspace.keys.derived(transported, derivations);
  return { source: 'encrypted-key', key, transported, derivations };
}

/** STR -> DKT -> DKT -> token: the derivations on the way, base first. */
function followDerivations(claims: MessageClaims, element: number, user: number, policy: Policy): Chain {
  const { tape, security } = claims;
  const { limits } = policy;
  const derivations: WireDerivation[] = [];
  const seen: number[] = [];
  let version: Version | undefined;
  let reference = readTokenReference(tape, element, limits);
  for (;;) {
    const implied = readImpliedDerivation(tape, reference, limits);
    if (implied !== undefined) derivations.unshift(implied);
    if (derivations.length > limits.derivationDepthMax) throw new Fault('peer.dk-limit', { field: 'depth' });
    const token = reference.target;
    if (token < 0 || !isTokenNamed(tape, token, DERIVED_KEY_TOKEN)) return { reference, derivations, version };
    if (seen.includes(token)) throw new Fault('peer.dk-loop');
    seen.push(token);
    requirePlace(claims, token, user, security.derivedKeyTokens.includes(token), policy);
    const derivedKey = readDerivedKeyToken(tape, token, limits);
    version ??= derivedKey.version;
    if (version !== derivedKey.version) throw structureInvalid(tape, token, 'two generations of wsc:DerivedKeyToken');
    derivations.unshift(derivedKey.derivation);
    reference = derivedKey.base;
  }
}

interface NamedContext {
  readonly identifier: string;
  readonly instance: string | undefined;
  readonly version: Version | undefined;
}

function contextNamed(claims: MessageClaims, chain: Chain, user: number, policy: Policy): NamedContext {
  const { reference } = chain;
  if (reference.identifier !== undefined) {
    return {
      identifier: reference.identifier,
      instance: reference.instance,
      version: reference.version ?? chain.version,
    };
  }
  const { tape, security } = claims;
  if (!isTokenNamed(tape, reference.target, SECURITY_CONTEXT_TOKEN))
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not a context' });
  requirePlace(claims, reference.target, user, security.securityContextToken === reference.target, policy);
  const token = readSecurityContextToken(tape, reference.target, policy.limits);
  if (reference.version !== undefined && reference.version !== token.version) {
    throw structureInvalid(tape, reference.target, 'ValueType and token are of two generations');
  }
  return token;
}

function unknownContext(identifier: string, byUri: boolean): Fault {
  // An external reference that is not a known context and does not look like one is a place to fetch from (T22).
  if (byUri && !/^(urn|uuid):/i.test(identifier))
    return new Fault('peer.ref-uri-forbidden', { reason: 'not a context' });
  return new Fault('peer.bad-context', { identifier, reason: 'unknown' });
}

/** Whether `element` is the token `local` of either generation of WS-SecureConversation. */
function isTokenNamed(tape: Tape, element: number, local: Uint8Array): boolean {
  return isNamed(tape, element, Namespace.wsc, local) || isNamed(tape, element, Namespace.wsc05, local);
}
