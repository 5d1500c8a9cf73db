/**
 * Token references -> keys. One resolver, one result, used for trust and for cryptography alike: a message can only
 * name a context that we hold and a derivation from it (T11, T13, T53).
 */

import type { Tape } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec';
import type { ContextSource, KeyInstance, SecurityContext, Version } from '@parley/core';
import { encodeBase64, Fault, selectKey } from '@parley/core';
import type { SymmetricKey } from './derived-key-cache.ts';
import type { Derivation, KeyUse } from './opened-message.ts';
import type { Policy } from './policy.ts';
import { structureInvalid } from './read/claim.ts';
import type { WireDerivation } from './read/derived-key-token.ts';
import { readDerivedKeyToken, readImpliedDerivation } from './read/derived-key-token.ts';
import type { MessageClaims } from './read/message.ts';
import { readSecurityContextToken } from './read/security-context-token.ts';
import type { TokenReference } from './read/token-reference.ts';
import { readTokenReference } from './read/token-reference.ts';
import type { Workspace } from './workspace.ts';

/** A key with the context it comes from. */
export interface ResolvedKey {
  readonly key: SymmetricKey;
  readonly context: SecurityContext;
  readonly instance: KeyInstance;
  readonly version: Version;
  readonly derivations: readonly WireDerivation[];
  /** The SecurityContextToken that named the context, or -1 if a reference did. */
  readonly token: number;
}

/** What a message is opened with. */
export interface OpenScope {
  readonly policy: Policy;
  readonly contexts: ContextSource;
  readonly atMs: number;
  readonly workspace: Workspace;
}

const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');
const DERIVED_KEY_TOKEN = localName('DerivedKeyToken');

interface Chain {
  readonly reference: TokenReference;
  readonly derivations: readonly WireDerivation[];
  readonly version: Version | undefined;
}

/**
 * The key that the STR `element` names. `user` is the element that uses it: with a strict layout, tokens stand before it.
 *
 * @throws Fault `peer.keyinfo-forbidden`, `peer.structure-invalid`, `peer.ref-*`, `peer.dk-limit`, `peer.dk-loop`,
 * `peer.alg-forbidden`, `peer.encoding-invalid`, `peer.limit-value`, `peer.bad-context`, `peer.context-expired`.
 */
export function resolveKey(claims: MessageClaims, element: number, user: number, scope: OpenScope): ResolvedKey {
  const chain = followDerivations(claims, element, user, scope.policy);
  const token = contextNamed(claims, chain, user, scope.policy);
  const context = scope.contexts.find(token.identifier);
  if (context === undefined) throw unknownContext(token.identifier, chain.reference.target < 0);
  // safety: the generation is part of the context (T53, T63).
  const version = token.version ?? context.version ?? '200512';
  if ((context.version !== undefined && context.version !== version) || (chain.version ?? version) !== version) {
    throw new Fault('peer.bad-context', { identifier: token.identifier, reason: 'version' });
  }
  const instance = selectKey(context, token.instance, scope.atMs);
  const key = scope.workspace.keys.derived(instance, chain.derivations);
  return { key, context, instance, version, derivations: chain.derivations, token: chain.reference.target };
}

/** The public account of where a key came from. */
export function keyUseOf(resolved: ResolvedKey): KeyUse {
  return {
    identifier: resolved.context.identifier,
    instance: resolved.instance.instance,
    derivation: resolved.derivations.map(derivationOf),
  };
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

// safety: a token counts only as a child of our Security header, and (Strict) before what uses it (T50).
function requirePlace(claims: MessageClaims, token: number, user: number, isOurs: boolean, policy: Policy): void {
  if (!isOurs) throw structureInvalid(claims.tape, token, 'a token outside wsse:Security');
  if (policy.strictLayout && token > user) throw structureInvalid(claims.tape, token, 'a token after its use');
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

function derivationOf(derivation: WireDerivation): Derivation {
  return {
    label: derivation.label,
    nonceBase64: encodeBase64(derivation.nonce),
    offsetBytes: derivation.offsetBytes,
    lengthBytes: derivation.lengthBytes,
    implied: derivation.implied,
  };
}
