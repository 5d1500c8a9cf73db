import type { OctetRange } from '@parley/codec/internal';
import { Fault } from '@parley/core';

/**
 * xs:unsignedLong for the fields of a derived key.
 *
 * @throws Fault `peer.encoding-invalid` not an integer; `peer.dk-limit` negative or above `max` (however many digits).
 */
export function readUnsigned({ bytes, start, end }: OctetRange, max: number, field: string): number {
  let offset = start;
  let negative = false;
  if (bytes[offset] === 0x2d || bytes[offset] === 0x2b) {
    negative = bytes[offset] === 0x2d;
    offset++;
  }
  if (offset >= end) throw new Fault('peer.encoding-invalid', { field });
  let value = 0;
  let tooLarge = false;
  for (; offset < end; offset++) {
    const digit = bytes[offset]! - 0x30;
    if (digit < 0 || digit > 9) throw new Fault('peer.encoding-invalid', { field });
    // Stops growing above the limit, so a thousand digits stay exact enough to be refused.
    if (!tooLarge) value = value * 10 + digit;
    if (value > max) tooLarge = true;
  }
  if (tooLarge || (negative && value > 0)) throw new Fault('peer.dk-limit', { field });
  return value;
}
