import type { FaultCode, FaultDetail } from './fault.ts';
import { Fault } from './fault.ts';
import type { Limits } from './limits.ts';

/** Ceilings that no policy moves. */
export type FixedLimit =
  | 'acknowledgementRangesMax'
  | 'binaryExchangeBytesMax'
  | 'binarySecretBytesMax'
  // canonicalFactorMax times the message's size.
  | 'canonicalBytesMax'
  | 'collisionsMax'
  | 'contextCharactersMax'
  | 'encryptionDepthMax'
  | 'instantBytesMax'
  | 'keyNumberBytesMax'
  | 'namespacesInScopeMax'
  | 'prefixListMax'
  | 'referencesOfAssertionMax'
  | 'sequenceHeadersMax'
  | 'signatureChecksMax'
  | 'textBytesMax'
  | 'xmlBaseCharactersMax';

type LimitCode = Extract<FaultCode, `peer.limit-${string}`> | 'peer.dk-limit';

/**
 * The refusal of a message that is beyond a ceiling: `limit` names it, `max` is its value, and `found` how much of it there
 * is, where that is known.
 */
export function limitFault(
  code: LimitCode,
  limit: keyof Limits | FixedLimit,
  max: number,
  found?: number,
  where: FaultDetail = {},
): Fault {
  return new Fault(code, { limit, max, ...(found === undefined ? {} : { found }), ...where });
}

/** The same of what must not be less: `least` in the place of `max`. */
export function belowLimitFault(
  code: LimitCode,
  limit: keyof Limits,
  least: number,
  found: number,
  where: FaultDetail = {},
): Fault {
  return new Fault(code, { limit, least, found, ...where });
}
