/** The door of `seal`: the templates are asked first, and what they do not know goes the whole way. */
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply, requireInput } from '@parley/core/internal';
import type { BootstrapSealRequest, SealedMessage, SealRequest, TransportSealRequest } from '../seal/request.ts';
import { envelopeFault } from '../seal/rules.ts';
import { sealInFull } from '../seal/seal.ts';
import { noteSealed, sealByTemplate } from '../seal-templates/seal-by-template.ts';

/**
 * Secures a SOAP envelope: with a security context, or with the keys that bootstrap one.
 *
 * Borrows `envelope`, which may already hold a wsse:Security header with tokens of its own (they stay first in it). The
 * secured message is the caller's. Deterministic for given time and randomness.
 *
 * Codes: `caller.context-unusable` cancelled, expired or without such an instance; `caller.option-invalid` options
 * that are unknown, have a value that they cannot have, or exclude each other; `caller.input-invalid` an assertion that cannot go
 * along, or no octets; `caller.keys-invalid` a key that is not for this; `caller.envelope-invalid` when `envelope` is no SOAP
 * message that can be read, with the code that reading it has, is secured already, or no policy of a receiver could take it
 * back: what is encrypted is not encrypted again, no wsu:Id stands there twice, wsa headers hold plain text, and wsa:MessageID an
 * absolute IRI. Never one of a peer.
 */
export function seal(
  envelope: Uint8Array,
  request: SealRequest | BootstrapSealRequest | TransportSealRequest,
): Reply<SealedMessage> {
  try {
    requireInput(envelope, 'envelope');
    const known = sealByTemplate(envelope, request);
    if (known !== undefined) return { ok: true, value: known };
    const value = sealInFull(envelope, request);
    noteSealed(envelope, request);
    return { ok: true, value };
  } catch (error) {
    return failedReply(error instanceof Fault && error.code.startsWith('peer.') ? envelopeFault(error) : error);
  }
}
