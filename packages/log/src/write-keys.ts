import type { SecurityContext } from '@parley/core';
import {
  CONTEXT,
  called,
  encodeBase64,
  formatInstant,
  iterable,
  jsonLine,
  listOf,
  requireKind,
} from '@parley/core/internal';

/** What is later is "for ever", which a keys file says by leaving it out. */
const INSTANT_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * A keys file with all keys of `contexts` (borrowed), for `parseKeys`. The text holds their secrets. What a keys file has no word
 * for (claims, what may be renewed, a context without keys) is left out.
 * @throws Fault `caller.option-invalid` something else than contexts
 */
export function keysText(contexts: Iterable<SecurityContext>): string {
  requireKind(CONTEXTS, contexts, 'contexts');
  const given = called('contexts', LIST, () => [...contexts]);
  const entries = given.flatMap(entriesOf);
  return `{"contexts":[\n${entries.map((entry) => jsonLine(entry)).join(',\n')}\n]}`;
}

const CONTEXTS = iterable<SecurityContext>();
const LIST = listOf(CONTEXT);

function entriesOf(context: SecurityContext): readonly object[] {
  const { identifier, version, suite, cancelledAtMs, principal } = context;
  return context.keys.map(({ instance, secret, createdAtMs, expiresAtMs }) => ({
    identifier,
    instance,
    secret: secret.lend((octets) => encodeBase64(octets)),
    suite,
    version,
    created: instant(createdAtMs),
    expires: instant(expiresAtMs),
    cancelled: instant(cancelledAtMs),
    principal,
  }));
}

function instant(ms: number | undefined): string | undefined {
  return ms === undefined || ms > INSTANT_MAX_MS ? undefined : formatInstant(ms);
}
