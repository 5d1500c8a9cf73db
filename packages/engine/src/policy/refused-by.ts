import type { FaultCode, FaultDetail } from '@parley/core';
import { Fault } from '@parley/core';
import type { Policy } from './policy.ts';

/** The refusal of what another value of `option` would let pass, or ask nothing of: its detail names that option. */
export function refusedBy(
  option: keyof Policy,
  code: Extract<FaultCode, `peer.${string}`>,
  detail: FaultDetail = {},
): Fault {
  return new Fault(code, { ...detail, option });
}
