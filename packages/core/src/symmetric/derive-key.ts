import type { Kind } from '../options/kind.ts';
import { OCTETS, optional, requireOptions, TEXT, whole } from '../options/kind.ts';
import { shapeOf } from '../options/shape.ts';
import { OFFSET_BYTES_MAX, pSha1 } from './p-sha1.ts';

/** Client label and service label, each at its default (WS-SC §7.1): what a key without a `wsc:Label` uses. */
export const DEFAULT_LABEL: string = 'WS-SecureConversationWS-SecureConversation';

const DEFAULT_LABEL_BYTES = new TextEncoder().encode(DEFAULT_LABEL);

/** Which stretch of which stream a derived key is. */
export interface DerivationSpec {
  /** The whole label; `undefined` means {@link DEFAULT_LABEL}. An empty `wsc:Label` is to be given as `undefined`. */
  readonly label: string | undefined;
  /** Decoded octets; borrowed. */
  readonly nonce: Uint8Array;
  /** Of the first octet; a Generation is `generation * lengthBytes`. */
  readonly offsetBytes: number;
}

const SPEC: Kind<DerivationSpec> = shapeOf<DerivationSpec>({
  label: optional(TEXT),
  nonce: OCTETS,
  offsetBytes: whole(0, OFFSET_BYTES_MAX),
});

/**
 * P_SHA1(secret, UTF-8(label) + nonce) from `spec.offsetBytes` on, `out.length` octets, into `out` (WS-SC §7). Borrows
 * everything; the caller wipes `out`. Lengths are the caller's to limit.
 * @throws Fault `caller.input-invalid` no octets; `caller.option-invalid` the rest
 */
export function deriveKey(secret: Uint8Array, spec: DerivationSpec, out: Uint8Array): void {
  requireOptions(SPEC, spec, 'spec');
  fillDerivedKey(secret, spec, out);
}

/** {@link deriveKey} of a message, whose derivations have more members. */
export function fillDerivedKey(secret: Uint8Array, spec: DerivationSpec, out: Uint8Array): void {
  const label = labelBytes(spec.label);
  const seed = new Uint8Array(label.length + spec.nonce.length);
  // perf: for so few octets a loop is quicker than `set`.
  for (let index = 0; index < label.length; index++) seed[index] = label[index]!;
  for (let index = 0; index < spec.nonce.length; index++) seed[label.length + index] = spec.nonce[index]!;
  pSha1(secret, seed, spec.offsetBytes, out);
}

function labelBytes(label: string | undefined): Uint8Array {
  if (label === undefined || label === DEFAULT_LABEL) return DEFAULT_LABEL_BYTES;
  return new TextEncoder().encode(label);
}
