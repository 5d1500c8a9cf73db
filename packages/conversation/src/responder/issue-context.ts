/** Issue: a handshake becomes a context (WS-SC §1.4). */
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { IssuedContext } from './grant-context.ts';
import { grantContext } from './grant-context.ts';
import type { NegotiatingContext } from './negotiate-context.ts';
import { beginNegotiation } from './negotiate-context.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { openHandshake } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import { requireScope, trustRequestOf } from './trust-request.ts';

/** Authenticates, and grants a context or begins to negotiate one. @throws Fault */
export async function issueContext(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<IssuedContext | NegotiatingContext> {
  const proven = await openHandshake(request, settings.policies.plain, settings);
  try {
    const rst = trustRequestOf(proven.opening.message, version, 'issue', settings);
    try {
      requireScope(rst, settings);
      if (settings.negotiation !== undefined)
        return beginNegotiation(request, { proven, rst, kind: settings.negotiation }, settings);
      if (rst.exchange !== undefined)
        throw new Fault('peer.trust-request-failed', { reason: 'nothing is negotiated here' });
      return await grantContext(request, { proven, rst }, settings);
    } finally {
      // A negotiation has its own.
      rst.entropy?.wipe();
    }
  } finally {
    proven.opening.wipe();
  }
}
