import type { Kind } from '@parley/core/internal';
import { callback, called, FINITE, filling, randomOctets } from '@parley/core/internal';

/** Clock and randomness, which come from outside. */
export interface Ambient {
  /** The wall clock, epoch milliseconds. */
  nowMs(): number;
  /** Fills `out` with unpredictable octets; throws rather than give less. */
  fillRandom(out: Uint8Array): void;
  /**
   * Calls `wake` once, `delayMs` (whole) from now; what it gives calls that off. Without it, nothing is looked for again by itself, and no lease
   * of a sequence is renewed (docs/sequences.md).
   */
  wakeAfter?(delayMs: number, wake: () => void): () => void;
}

const CALL_OFF: Kind<() => void> = callback();

/**
 * The time that `ambient` tells.
 * @throws Fault `caller.option-invalid` a clock that tells none: compared with it, nothing would ever expire;
 *   `caller.callback-failed` it threw
 */
export function currentMs(ambient: Ambient): number {
  return called('nowMs', FINITE, () => ambient.nowMs());
}

/** `lengthBytes` octets of chance. @throws Fault `caller.callback-failed` there is none */
function octetsFrom(ambient: Ambient, lengthBytes: number): Uint8Array {
  return randomOctets(lengthBytes, { fillRandom: (out) => ambient.fillRandom(out) });
}

/** `ambient`, whose failures are the caller's. */
export function guarded(ambient: Ambient): Ambient {
  return {
    nowMs: () => currentMs(ambient),
    fillRandom: filling({ fillRandom: (out) => ambient.fillRandom(out) }),
    ...(ambient.wakeAfter && { wakeAfter: (delayMs, wake) => wakeOf(ambient, delayMs, wake) }),
  };
}

function wakeOf(ambient: Ambient, delayMs: number, wake: () => void): () => void {
  return called('wakeAfter', CALL_OFF, () => ambient.wakeAfter?.(delayMs, wake) ?? (() => undefined));
}

/** A random number in [0, 1), of 32 bits. */
export function chanceOf(ambient: Ambient): number {
  return new DataView(octetsFrom(ambient, 4).buffer).getUint32(0) / 2 ** 32;
}

/** 64 random bits as the beginning of an NCName. */
export function randomIdPrefix(ambient: Ambient): string {
  return `_${hexOf(octetsFrom(ambient, 8))}-`;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

// perf: each message has a name or two.
function hexOf(octets: Uint8Array): string {
  let hex = '';
  for (const octet of octets) hex += HEX[octet];
  return hex;
}

/** A random version 4 UUID as a URN: 122 random bits that nobody can guess. */
export function randomUrn(ambient: Ambient): string {
  const octets = octetsFrom(ambient, 16);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  const hex = hexOf(octets);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Where no random one can be made. */
export const NIL_URN = 'urn:uuid:00000000-0000-0000-0000-000000000000';
