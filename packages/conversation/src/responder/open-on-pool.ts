/** Application messages on the pool, with the verdict that this thread would give. */
import { Fault, unwrap } from '@parley/core';
import type { OpenedMessage, Policy, Pool } from '@parley/engine';
import { replayEntries } from '@parley/engine';
import type { RequestInHand } from './request-in-hand.ts';
import { requireChannel, requireRequest } from './request-in-hand.ts';

/**
 * Opens an application's message by `policy`, which is the pool's; `undefined` leaves the verdict to this thread.
 * @throws Fault as `open`
 */
export async function openOnPool(
  request: RequestInHand,
  pool: Pool,
  policy: Policy,
): Promise<OpenedMessage | undefined> {
  const { bytes, atMs, latestMs, channel, replays } = request;
  requireChannel(channel, policy);
  // safety: a clock that went back revives nothing, and no worker knows that it did.
  if (atMs < latestMs) return undefined;
  const { soapAction } = channel;
  const reply = await pool.open({
    message: bytes,
    atMs,
    ...(soapAction !== undefined && { soapAction }),
    mayDecrypt: (entry) => replays.isFirst(entry, entry.nowMs, entry.share),
  });
  // What is over may be renewed, which only this thread can tell.
  if (!reply.ok && reply.code === 'peer.context-expired') return undefined;
  const message = unwrap(reply);
  const owner = message.principal ?? message.identifier ?? '';
  for (const entry of replayEntries(message)) {
    if (!(await replays.isFirst(entry, atMs, { owner }))) throw new Fault('peer.replay', { identifier: entry.scope });
  }
  requireRequest(message, request);
  return message;
}
