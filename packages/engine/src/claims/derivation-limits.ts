import type { Limits } from '@parley/core';
import { belowLimitFault, limitFault } from '@parley/core/internal';

/** The limits of a field that a key is derived from, by name. */
export interface FieldLimits {
  readonly field: string;
  readonly least?: keyof Limits;
  readonly most: keyof Limits;
}

/** Checks that there is neither less nor more of a field than the limits say. @throws Fault `peer.dk-limit` */
export function requireWithin(found: number, { field, least, most }: FieldLimits, limits: Limits): void {
  if (found > limits[most]) throw limitFault('peer.dk-limit', most, limits[most], found, { field });
  if (least !== undefined && found < limits[least])
    throw belowLimitFault('peer.dk-limit', least, limits[least], found, { field });
}
