import type { SecurityContext } from '@parley/core';
import { portableSecret, usableSecret } from './portable-secret.ts';
import type { PortableContext } from './task.ts';

/** `context` in a form that may cross a port; its secrets stay the caller's. @throws Fault when a secret was wiped */
export function portableContext(context: SecurityContext): PortableContext {
  const keys = context.keys.map(({ instance, secret, createdAtMs, expiresAtMs }) => ({
    instance,
    secret: portableSecret(secret),
    createdAtMs,
    expiresAtMs,
  }));
  const { identifier, version, suite, createdAtMs, expiresAtMs, cancelledAtMs, principal } = context;
  return { identifier, version, suite, keys, createdAtMs, expiresAtMs, cancelledAtMs, principal };
}

/** The context again, with secrets of its own; for {@link wipeContext}. */
export function usableContext(portable: PortableContext): SecurityContext {
  const keys = portable.keys.map(({ secret, ...rest }) => ({ ...rest, secret: usableSecret(secret) }));
  return { ...portable, keys };
}

/** Wipes every secret of a context made by {@link usableContext}. */
export function wipeContext(context: SecurityContext): void {
  for (const key of context.keys) key.secret.wipe();
}
