import { Fault } from '@parley/core';

/** Clock and randomness, which come from outside. */
export interface Ambient {
  /** The wall clock, epoch milliseconds. */
  nowMs(): number;
  /** Fills `out` with unpredictable octets; throws rather than give less. */
  fillRandom(out: Uint8Array): void;
}

/**
 * The time that `ambient` tells.
 * @throws Fault `internal.invariant` for a clock that tells none: compared with it, nothing would ever expire
 */
export function currentMs(ambient: Ambient): number {
  const nowMs = ambient.nowMs();
  if (!Number.isFinite(nowMs)) throw new Fault('internal.invariant', { claim: 'the clock tells a time' });
  return nowMs;
}

/** A random number in [0, 1), of 32 bits. */
export function chanceOf(ambient: Ambient): number {
  const octets = new Uint8Array(4);
  ambient.fillRandom(octets);
  return new DataView(octets.buffer).getUint32(0) / 2 ** 32;
}

/** 64 random bits as the beginning of an NCName. */
export function randomIdPrefix(ambient: Ambient): string {
  const octets = new Uint8Array(8);
  ambient.fillRandom(octets);
  return `_${hexOf(octets)}-`;
}

function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** A random version 4 UUID as a URN: 122 random bits that nobody can guess. */
export function randomUrn(ambient: Ambient): string {
  const octets = new Uint8Array(16);
  ambient.fillRandom(octets);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  const hex = hexOf(octets);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
