import type { OctetRange } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import type { FieldLimits } from './derivation-limits.ts';
import { requireWithin } from './derivation-limits.ts';

/**
 * xs:unsignedLong for the fields of a derived key.
 *
 * @throws Fault `peer.encoding-invalid` not an integer; `peer.dk-limit` negative, or outside its limits (however many digits).
 */
export function readUnsigned({ bytes, start, end }: OctetRange, within: FieldLimits, limits: Limits): number {
  const { field, most } = within;
  let offset = start;
  let negative = false;
  if (bytes[offset] === 0x2d || bytes[offset] === 0x2b) {
    negative = bytes[offset] === 0x2d;
    offset++;
  }
  if (offset >= end) throw new Fault('peer.encoding-invalid', { field });
  let value = 0;
  for (; offset < end; offset++) {
    const digit = bytes[offset]! - 0x30;
    if (digit < 0 || digit > 9) throw new Fault('peer.encoding-invalid', { field });
    value = value * 10 + digit;
  }
  // Of a thousand digits, not even the count is told.
  if (!Number.isSafeInteger(value)) throw limitFault('peer.dk-limit', most, limits[most], undefined, { field });
  if (negative && value > 0) throw limitFault('peer.dk-limit', most, limits[most], -value, { field });
  requireWithin(value, within, limits);
  return value;
}
