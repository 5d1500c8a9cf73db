import type { KeyInstance, SecurityContext } from '@parley/core';

/**
 * What two tokens of one context say of it together: the keys of both, each as long as the one says that gives it less time; and the later end.
 * Shares the secrets.
 */
export function sameContextOf(known: SecurityContext, brought: SecurityContext): SecurityContext {
  const keys = new Map<string | undefined, KeyInstance>();
  for (const key of [...known.keys, ...brought.keys].sort((left, right) => left.createdAtMs - right.createdAtMs)) {
    const other = keys.get(key.instance);
    if (other === undefined || key.expiresAtMs < other.expiresAtMs) keys.set(key.instance, key);
  }
  const [earlier, later] = known.expiresAtMs > brought.expiresAtMs ? [brought, known] : [known, brought];
  const claims = [...new Set([...(earlier.claims ?? []), ...(later.claims ?? [])])];
  return { ...later, keys: [...keys.values()], ...(claims.length > 0 && { claims }) };
}
