/** Issue and Renew: a handshake becomes a context, or gives it a new key (WS-SC §1.4, §1.8); at once, or once it is negotiated. */
import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { IssuedContext } from './grant-context.ts';
import { grantContext } from './grant-context.ts';
import type { NegotiatingContext } from './negotiate-context.ts';
import { beginNegotiation } from './negotiate-context.ts';
import { openOwned } from './owned-request.ts';
import type { RenewedContext } from './renew-context.ts';
import { renewContext } from './renew-context.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { openHandshake } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';
import { requireScope, trustRequestOf } from './trust-request.ts';

/** Authenticates, and grants a context or begins to negotiate one. @throws Fault */
export async function takeIssue(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<IssuedContext | NegotiatingContext> {
  const proven = await openHandshake(request, settings.policies.plain, settings);
  try {
    const rst = trustRequestOf(proven.opening, version, 'issue', settings);
    try {
      requireScope(rst, settings);
      if (settings.negotiation !== undefined)
        return beginNegotiation(request, { proven, rst, kind: settings.negotiation }, settings);
      if (rst.exchange !== undefined) throw nothingNegotiated();
      return await grantContext(request, { proven, rst }, settings);
    } finally {
      // A negotiation has its own.
      rst.entropy?.wipe();
    }
  } finally {
    proven.opening.wipe();
  }
}

/** The same for the new key of a context, whose owner is proven, and, unless that is given up, its old key. @throws Fault */
export async function takeRenew(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<RenewedContext | NegotiatingContext> {
  const { proven, rst, target } = await openOwned(request, version, 'renew', settings);
  try {
    if (settings.negotiation !== undefined)
      return beginNegotiation(request, { proven, rst, kind: settings.negotiation, target }, settings);
    if (rst.exchange !== undefined) throw nothingNegotiated();
    return await renewContext(request, { proven, rst, target }, settings);
  } finally {
    rst.entropy?.wipe();
    proven.opening.wipe();
  }
}

function nothingNegotiated(): Fault {
  return new Fault('peer.trust-request-failed', { reason: 'nothing is negotiated here' });
}
