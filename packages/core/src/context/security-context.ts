/**
 * The state two parties share (WS-SC §1.3): an identifier and one secret per key instance. On the wire it is a
 * SecurityContextToken, which carries no key.
 *
 *   issued ──► active ──renew──► active (a new instance; the old one usable until its rollover ends)
 *                │
 *                ├── expiresAtMs passes ──► expired (known, so that the answer is precise)
 *                └── cancel ──► cancelled (a tombstone until it would have expired)
 */

import type { SuiteName } from '../algorithms/suite.ts';
import { Fault } from '../base/fault.ts';
import type { Secret } from '../base/secret.ts';
import type { Version } from './specification.ts';

/** One key of a context. */
export interface KeyInstance {
  /** `undefined` for the first key; every later one has a name unique within the context. */
  readonly instance: string | undefined;
  readonly secret: Secret;
  readonly createdAtMs: number;
  /** Not usable from here on: the context's expiry, or the end of the rollover after a renewal. */
  readonly expiresAtMs: number;
}

export interface SecurityContext {
  readonly identifier: string;
  /** `undefined` when unknown (keys given by hand): then either generation is taken. */
  readonly version: Version | undefined;
  readonly suite: SuiteName;
  /** Newest last; never empty unless cancelled. */
  readonly keys: readonly KeyInstance[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly cancelledAtMs: number | undefined;
  /** Who was authenticated when it was issued. */
  readonly principal: string | undefined;
  /** What amendments added: claims of whoever has the context, as the responder names them; absent: none did. */
  readonly claims?: readonly string[];
  /** When it may be renewed, as agreed when it was issued (wst:Renewing); absent means `until-expiry`. */
  readonly renewable?: 'never' | 'until-expiry' | 'after-expiry';
}

/** Looks contexts up by exact identifier. Synchronous: it is called in the middle of a message. */
export interface ContextSource {
  /**
   * The context, or `undefined` if there is none.
   * @throws Fault `internal.context-needed` when only somebody else can tell.
   */
  find(identifier: string): SecurityContext | undefined;
}

/**
 * The key of `context` that a message at `atMs` means by `instance` (WS-SC §1.11): present means exactly that one;
 * absent means the one without a name. A cancelled context still has the millisecond of its end, in which its last
 * message, the answer to the Cancel, is made. Expiry is exact: it is our own state, judged by our own clock.
 *
 * @throws Fault `peer.bad-context` cancelled, or no such instance; `peer.context-expired` from its expiry on.
 */
export function selectKey(context: SecurityContext, instance: string | undefined, atMs: number): KeyInstance {
  if (context.cancelledAtMs !== undefined && atMs > context.cancelledAtMs) {
    throw new Fault('peer.bad-context', { identifier: context.identifier, reason: 'cancelled' });
  }
  const key = context.keys.find((candidate) => candidate.instance === instance);
  if (key === undefined) {
    const reason = context.keys.length === 0 ? 'its keys were not kept' : 'instance';
    throw new Fault('peer.bad-context', { identifier: context.identifier, reason });
  }
  const overForMs = atMs - Math.min(key.expiresAtMs, context.expiresAtMs);
  if (overForMs >= 0) {
    const { identifier } = context;
    throw new Fault('peer.context-expired', { identifier, ...(Number.isFinite(overForMs) && { overForMs }) });
  }
  return key;
}

/** A fixed set: for `open`, and with `get` for whoever may wait, such as a pool. */
export interface KnownContexts extends ContextSource {
  get(identifier: string): Promise<SecurityContext | undefined>;
  /** Nothing: so a pool need not ask again for what it knows. */
  changes(): Promise<{ readonly position: number; readonly identifiers: readonly string[] }>;
}
