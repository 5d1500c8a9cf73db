/** Cancel: the context's own key asks for its end, and answers for the last time (WS-SC §1.9). */

import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import { randomUrn } from '../exchange/ambient.ts';
import { secureEnvelope } from '../exchange/protection.ts';
import { unwrapped } from '../exchange/unwrapped.ts';
import { responseAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import { wipeContext } from '../store/context-copy.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import { writeCancelResponse } from '../trust/request-security-token-response.ts';
import { requireKind } from './issue-context.ts';
import { openStored } from './open-stored.ts';
import { signedRequestOf } from './renew-context.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { liveAt, openRequestOf } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface CancelledContext {
  readonly reply: Uint8Array;
  readonly identifier: string;
}

/** Durable in the store first, then forgotten by every cache, then answered. @throws Fault */
export async function cancelContext(
  request: RequestInHand,
  version: Version,
  settings: ResponderSettings,
): Promise<CancelledContext> {
  const { message, context } = await openStored(
    request.bytes,
    openRequestOf(request, settings),
    settings.store,
    liveAt(request),
  );
  const { identifier, instance } = message;
  try {
    const rst = signedRequestOf(message, version, 'cancel', settings);
    rst.entropy?.wipe();
    requireKind(rst, 'Cancel', version);
    const target = rst.cancelTarget;
    // interop: WCF names the context without its key, also when it has been renewed.
    if (target?.identifier !== identifier || (target.instance !== undefined && target.instance !== instance)) {
      throw invalidRequest('CancelTarget');
    }
    if (!(await settings.store.cancel(identifier, request.atMs)))
      throw new Fault('peer.bad-context', { reason: 'gone meanwhile' });
    settings.quota.release(context.principal, identifier);
    await settings.onEvict(identifier);
    const envelope = writeEnvelope({
      soapVersion: request.outline.soapVersion,
      action: responseAction(version, 'cancel'),
      messageId: randomUrn(settings.ambient),
      relatesTo: message.messageId ?? '',
      body: (writer) => writeCancelResponse(writer, version, rst.context),
    });
    const reply = unwrapped(
      secureEnvelope(envelope, context, instance, settings.protection, settings.ambient, settings.timestampLifetimeMs),
    );
    return { reply, identifier };
  } finally {
    wipeContext(context);
  }
}
