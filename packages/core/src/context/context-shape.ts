import { SUITE_NAMES } from '../algorithms/suite.ts';
import type { Kind } from '../options/kind.ts';
import { END_MS, INSTANT_MS, listOf, once, oneOf, optional, TEXT } from '../options/kind.ts';
import { shapeOf } from '../options/shape.ts';
import { CONTEXT_SECRET } from './context-secret.ts';
import type { KeyInstance, SecurityContext } from './security-context.ts';

/** A security context, wherever it comes from: a caller, or a store of the caller's. */
export const CONTEXT: Kind<SecurityContext> = once(
  shapeOf<SecurityContext>({
    identifier: TEXT,
    version: optional(oneOf(['200512', '200502'])),
    suite: oneOf(SUITE_NAMES),
    keys: listOf(
      shapeOf<KeyInstance>({
        instance: optional(TEXT),
        secret: CONTEXT_SECRET,
        createdAtMs: INSTANT_MS,
        expiresAtMs: END_MS,
      }),
    ),
    createdAtMs: INSTANT_MS,
    expiresAtMs: END_MS,
    cancelledAtMs: optional(END_MS),
    principal: optional(TEXT),
    claims: optional(listOf(TEXT)),
    renewable: optional(oneOf(['never', 'until-expiry', 'after-expiry'])),
  }),
);
