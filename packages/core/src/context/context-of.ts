import type { SuiteName } from '../algorithms/suite.ts';
import { SUITE_NAMES } from '../algorithms/suite.ts';
import { Secret } from '../base/secret.ts';
import type { Kind } from '../options/kind.ts';
import { END_MS, INSTANT_MS, oneOf, optional, requireOptions, TEXT } from '../options/kind.ts';
import { shapeOf } from '../options/shape.ts';
import { CONTEXT_SECRET_OCTETS } from './context-secret.ts';
import type { SecurityContext } from './security-context.ts';
import type { Version } from './specification.ts';

/** What is known of a context whose key came some other way than through a handshake: from a file, or from a peer's log. */
export interface ContextFacts {
  readonly identifier: string;
  /** 16 octets or more. Octets are copied (the caller wipes its own); a `Secret` is borrowed for as long as the context is used. */
  readonly secret: Uint8Array | Secret;
  /** Default: unknown, either generation is taken. */
  readonly version?: Version | undefined;
  /** Default: Basic256. */
  readonly suite?: SuiteName | undefined;
  /** The wsc:Instance of the key. Default: the context's first key, which has none. */
  readonly instance?: string | undefined;
  /** Epoch milliseconds. Default: since ever. */
  readonly createdAtMs?: number | undefined;
  /** Epoch milliseconds. Default: for ever. */
  readonly expiresAtMs?: number | undefined;
  readonly principal?: string | undefined;
}

const FACTS: Kind<ContextFacts> = shapeOf<ContextFacts>({
  identifier: TEXT,
  secret: CONTEXT_SECRET_OCTETS,
  version: optional(oneOf(['200512', '200502'])),
  suite: optional(oneOf(SUITE_NAMES)),
  instance: optional(TEXT),
  createdAtMs: optional(INSTANT_MS),
  expiresAtMs: optional(END_MS),
  principal: optional(TEXT),
});

/** A context with one key (WS-SC §1.3), for `contextSource` or a store. @throws Fault `caller.option-invalid` */
export function contextOf(facts: ContextFacts): SecurityContext {
  requireOptions(FACTS, facts, 'facts');
  const { createdAtMs = 0, expiresAtMs = Number.MAX_SAFE_INTEGER } = facts;
  const secret = facts.secret instanceof Secret ? facts.secret : Secret.copyOf(facts.secret);
  return {
    identifier: facts.identifier,
    version: facts.version,
    suite: facts.suite ?? 'Basic256',
    keys: [{ instance: facts.instance, secret, createdAtMs, expiresAtMs }],
    createdAtMs,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: facts.principal,
  };
}
