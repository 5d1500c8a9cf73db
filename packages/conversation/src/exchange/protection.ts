/** How the two sides secure what they send. */
import type { Reply, SecurityContext } from '@parley/core';
import type { SealRequest } from '@parley/engine';
import { seal } from '@parley/engine';
import type { Ambient } from './ambient.ts';
import { currentMs } from './ambient.ts';

/** The part of a {@link SealRequest} that stays the same for a whole conversation. */
export type Protection = Pick<SealRequest, 'keys' | 'token' | 'sign' | 'encrypt' | 'order'>;

const SIGN_ALL: Protection['sign'] = Object.freeze({ body: true, addressing: true, timestamp: true });

/** Requests carry the SCT, as those of WCF and CXF do; Body and headers are signed, the Body is encrypted. */
export const REQUEST_PROTECTION: Protection = Object.freeze({
  keys: 'explicit',
  token: 'attached',
  sign: SIGN_ALL,
  encrypt: 'body-and-signature',
  order: 'sign-then-encrypt',
});

/** Responses name the context from outside. */
export const RESPONSE_PROTECTION: Protection = Object.freeze({ ...REQUEST_PROTECTION, token: 'external' });

/** A Renew is read under two protections, so its Body stays in clear under the signature: the channel hides it. */
export const RENEW_PROTECTION: Protection = Object.freeze({ ...REQUEST_PROTECTION, encrypt: 'none' });

/** {@link seal} with the clock and randomness of `ambient`, under the given key instance of the context. */
export function secureEnvelope(
  envelope: Uint8Array,
  context: SecurityContext,
  instance: string | undefined,
  protection: Protection,
  ambient: Ambient,
  timestampLifetimeMs: number,
): Reply<Uint8Array> {
  const sealed = seal(envelope, {
    ...protection,
    context,
    instance,
    atMs: currentMs(ambient),
    timestampLifetimeMs,
    fillRandom: (out) => ambient.fillRandom(out),
  });
  return sealed.ok ? { ok: true, value: sealed.value.octets } : sealed;
}
