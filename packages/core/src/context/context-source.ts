import { called } from '../options/called.ts';
import { anything, iterable, requireKind } from '../options/kind.ts';
import { CONTEXT } from './context-shape.ts';
import type { KnownContexts, SecurityContext } from './security-context.ts';

const CONTEXTS = iterable<SecurityContext>();

/** The source of a fixed set of contexts (borrowed). @throws Fault `caller.option-invalid` something else than contexts */
export function contextSource(contexts: Iterable<SecurityContext>): KnownContexts {
  requireKind(CONTEXTS, contexts, 'contexts');
  const byIdentifier = new Map<string, SecurityContext>();
  for (const [index, context] of called('contexts', anything<SecurityContext[]>(), () => [...contexts]).entries()) {
    requireKind(CONTEXT, context, `contexts[${index}]`);
    byIdentifier.set(context.identifier, context);
  }
  return {
    find: (identifier) => byIdentifier.get(identifier),
    get: async (identifier) => byIdentifier.get(identifier),
    changes: async () => ({ position: 0, identifiers: [] }),
  };
}
