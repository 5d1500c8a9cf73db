/** The secret of a context, as a caller gives it. */
import { Secret } from '../base/secret.ts';
import type { Kind } from '../options/kind.ts';
import { anyOf, instanceOf, OCTETS, ofBytes } from '../options/kind.ts';

/** safety: shorter ones are found by trying. No suite asks for so few octets, and no peer makes them. */
export const CONTEXT_SECRET_BYTES_MIN = 16;

export const CONTEXT_SECRET: Kind<Secret> = ofBytes(
  CONTEXT_SECRET_BYTES_MIN,
  ({ lengthBytes }) => lengthBytes,
  instanceOf(Secret),
);

export const CONTEXT_SECRET_OCTETS: Kind<Secret | Uint8Array> = ofBytes(
  CONTEXT_SECRET_BYTES_MIN,
  (secret) => (secret instanceof Secret ? secret.lengthBytes : secret.length),
  anyOf(instanceOf(Secret), OCTETS),
);
