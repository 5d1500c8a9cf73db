/**
 * Planned secrets -> secrets: one that we hold, one that is encrypted for us, or one made of a password that we have, and
 * what is derived from it. Public keys are resolve-certificate.ts's: neither gives what the other one gives (T13).
 */
import type { SecurityContext, Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { CONTEXT, called, optional, selectKey } from '@parley/core/internal';
import type { PlannedContextKey, PlannedKey, PlannedPasswordKey, PlannedSymmetricKey } from '../plan/planned-key.ts';
import { isSecret, looksLikeContext } from '../plan/planned-key.ts';
import { assertionPublicKey, assertionSecret } from './resolve-assertion.ts';
import { resolveCertificate } from './resolve-certificate.ts';
import { decryptedKey, knownEncryptedKey } from './resolve-encrypted-key.ts';
import { passwordKeyOf } from './resolve-password-key.ts';
import type { ContextKey, ResolvedKey, SymmetricResolvedKey, UsernameKey } from './resolved-key.ts';
import type { OpenScope } from './scope.ts';

/**
 * The key that `planned` describes.
 * @throws Fault as {@link resolveSecret}, {@link resolveCertificate} and {@link assertionPublicKey}
 */
export function resolveKey(planned: PlannedKey, scope: OpenScope): ResolvedKey {
  if (isSecret(planned)) return resolveSecret(planned, scope);
  return planned.source === 'saml' ? assertionPublicKey(planned, scope) : resolveCertificate(planned, scope);
}

/**
 * The secret that `planned` describes.
 *
 * @throws Fault `peer.bad-context`, `peer.context-expired`, `peer.ref-uri-forbidden`; `peer.keyinfo-forbidden`,
 *   `peer.key-usage` and `peer.decrypt-failed` of an EncryptedKey; `peer.limit-tokens` too many of passwords; what
 *   verifying an assertion throws.
 */
export function resolveSecret(planned: PlannedSymmetricKey, scope: OpenScope): SymmetricResolvedKey {
  if (planned.source === 'context') return contextKey(planned, scope);
  if (planned.source === 'username') return usernameKey(planned, scope);
  const resolveWrapping = (wrapping: PlannedSymmetricKey): SymmetricResolvedKey => resolveSecret(wrapping, scope);
  if (planned.source === 'saml') return assertionSecret(planned, scope, resolveWrapping);
  const transported =
    planned.source === 'known-encrypted-key'
      ? knownEncryptedKey(planned, scope)
      : decryptedKey(planned, scope, resolveWrapping);
  const key = scope.workspace.keys.derived(transported, planned.derivations);
  return { source: 'encrypted-key', key, transported, derivations: planned.derivations };
}

const FOUND: Kind<SecurityContext | undefined> = optional(CONTEXT);

/** What keys of contexts are resolved with. */
export type ContextScope = Pick<OpenScope, 'policy' | 'contexts' | 'atMs' | 'workspace'>;

/** Resolves a key of a context. @throws Fault `peer.bad-context`, `peer.context-expired`, `peer.ref-uri-forbidden` */
export function contextKey(planned: PlannedContextKey, scope: ContextScope): ContextKey {
  const { derivations } = planned;
  const { context, version } = namedContext(planned, scope);
  const instance = selectKey(context, planned.instance ?? unnamedInstance(context, scope), scope.atMs);
  const key = scope.workspace.keys.derived(instance, derivations);
  return { source: 'context', key, context, instance, version, derivations };
}

/**
 * The context that is named, and the generation in which it is spoken.
 * @throws Fault `peer.bad-context`, `peer.ref-uri-forbidden`
 */
export function namedContext(
  planned: Pick<PlannedContextKey, 'identifier' | 'version' | 'token'>,
  scope: Pick<ContextScope, 'policy' | 'contexts'>,
): { readonly context: SecurityContext; readonly version: Version } {
  const { identifier } = planned;
  const context = called('contexts.find', FOUND, () => scope.contexts.find(identifier));
  if (context === undefined) throw unknownContext(planned);
  const shown = planned.version ?? context.version ?? '200512';
  const version = scope.policy.allowMixedGenerations ? (context.version ?? shown) : shown;
  // safety: the generation is part of the context (T53, T63).
  if (context.version !== undefined && context.version !== version)
    throw new Fault('peer.bad-context', { identifier, reason: 'version', generation: version, of: context.version });
  return { context, version };
}

/** What a reference that names no instance means. safety: one key, by rule; what is decrypted never tells which (T37). */
export function unnamedInstance(
  { keys }: SecurityContext,
  { policy, atMs }: Pick<ContextScope, 'policy' | 'atMs'>,
): string | undefined {
  if (policy.keyWithoutInstance === 'first') return undefined;
  return keys.findLast(({ createdAtMs }) => createdAtMs <= atMs)?.instance;
}

function usernameKey(planned: PlannedPasswordKey, scope: OpenScope): UsernameKey {
  const { derivations, token } = planned;
  const passwordKey = passwordKeyOf(planned, scope);
  const key = scope.workspace.keys.derived(passwordKey, derivations);
  return { source: 'username', key, passwordKey, derivations, token };
}

function unknownContext({ identifier, token }: Pick<PlannedContextKey, 'identifier' | 'token'>): Fault {
  if (token < 0 && !looksLikeContext(identifier))
    return new Fault('peer.ref-uri-forbidden', { reason: 'not a context' });
  return new Fault('peer.bad-context', { identifier, reason: 'unknown' });
}
