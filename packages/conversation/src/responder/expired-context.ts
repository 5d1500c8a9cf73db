/** Messages under a context that is over: whoever proves that he has its key may know that it can be renewed (WS-SC §12), or is answered. */
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { currentMs } from '../exchange/ambient.ts';
import { keyEndMs, provable, serving } from '../exchange/context-clock.ts';
import type { Opening } from './open-awaited.ts';
import { isRenewable } from './renew-context.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { openUnderContext } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

/**
 * Opens an application's message.
 * @throws Fault `peer.renew-needed` all but the time is right; `peer.context-expired` and what else `open` refuses with
 */
export async function openLive(request: RequestInHand, settings: ResponderSettings): Promise<Opening> {
  const { policy } = settings.profile.requests;
  try {
    return await openUnderContext(request, policy, settings);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'peer.context-expired') throw error;
    if (await isRenewableBySender(request, settings)) throw new Fault('peer.renew-needed', error.detail);
    throw error;
  }
}

/**
 * `context`, or if that key of it is over for less time than the rollover, a view in which it serves: what was taken under it in time is
 * answered under it. What was cancelled answers nothing.
 */
export function answerable(
  context: SecurityContext,
  instance: string | undefined,
  { ambient, rolloverMs }: Pick<ResponderSettings, 'ambient' | 'rolloverMs'>,
): SecurityContext {
  const endMs = keyEndMs(context, instance);
  const atMs = currentMs(ambient);
  const isJustOver = endMs !== undefined && endMs <= atMs && atMs < endMs + rolloverMs;
  return isJustOver && context.cancelledAtMs === undefined ? serving(context, instance, atMs) : context;
}

async function isRenewableBySender(request: RequestInHand, settings: ResponderSettings): Promise<boolean> {
  let isNear = false;
  try {
    const opening = await openUnderContext(request, settings.profile.requests.policy, settings, (context) => {
      isNear = isRenewable(context, request.latestMs, settings);
      return isNear ? provable(context, request.latestMs) : context;
    });
    opening.wipe();
    return isNear;
  } catch {
    // safety: without the key, it is over, and that is all.
    return false;
  }
}
