import type { SecurityContext } from '@parley/core';
import { encodeBase64, formatInstant, jsonLine } from '@parley/core/internal';

/** What is later is "for ever", which a keys file says by leaving it out. */
const INSTANT_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * A keys file with all keys of `contexts` (borrowed), for `parseKeys`. The text holds their secrets. What a keys file has no word
 * for (claims, what may be renewed, a context without keys) is left out.
 */
export function keysText(contexts: Iterable<SecurityContext>): string {
  const entries = [...contexts].flatMap(entriesOf);
  return `{"contexts":[\n${entries.map((entry) => jsonLine(entry)).join(',\n')}\n]}`;
}

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
