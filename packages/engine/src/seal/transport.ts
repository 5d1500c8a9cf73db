/** `seal` for the transport binding: a Timestamp and tokens, and nothing that a key would be needed for. */
import type { XmlWriter } from '@parley/codec';
import { writeSecurityContextToken } from '../write/security-context-token.ts';
import { writeTimestamp } from '../write/timestamp.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { SealOptions, TransportSealRequest } from './request.ts';
import type { Sealing } from './sealing.ts';
import { writeIntoSecurity } from './security-place.ts';
import { supportingElements } from './supporting-elements.ts';

/** The request as one that signs and encrypts nothing. */
export function withoutKeys({ username, bearerContext: _, ...request }: TransportSealRequest): SealOptions {
  return {
    ...request,
    sign: { body: false, addressing: false, timestamp: false },
    encrypt: 'none',
    order: 'sign-then-encrypt',
    ...(username && { username: { ...username, sign: false } }),
  };
}

/** Writes what goes into the Security header, tokens before what confirms. */
export function furnish(
  sealing: Omit<Sealing, 'keys'>,
  message: OutgoingMessage,
  { bearerContext }: Pick<TransportSealRequest, 'bearerContext'>,
): void {
  const { ids, request, assertions } = sealing;
  const timestampId = ids.fresh();
  const tokenId = ids.fresh();
  const elements = [...assertions.tokens, ...supportingElements(sealing)];
  writeIntoSecurity(sealing, message, (writer: XmlWriter) => {
    writeTimestamp(writer, timestampId, request.atMs, request.atMs + request.timestampLifetimeMs);
    if (bearerContext !== undefined) {
      const { version, identifier, instance } = bearerContext;
      writeSecurityContextToken(writer, version, tokenId, identifier, instance);
    }
    for (const { write } of elements) write(writer);
  });
}
