/** The HTTP status of what is refused before it is a message; such a refusal has no body. */
import type { FaultCode } from '@parley/core';

const STATUSES: Partial<Record<FaultCode, number>> = {
  'peer.http-target': 404,
  'peer.http-method': 405,
  'peer.http-body-incomplete': 408,
  'peer.http-body-too-large': 413,
  'peer.http-content-type': 415,
  'internal.busy': 503,
};

/** 500 for every code that has no status of its own. */
export function refusalStatus(code: FaultCode): number {
  return STATUSES[code] ?? 500;
}
