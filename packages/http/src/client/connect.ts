import { Initiator } from '@parley/conversation';
import { saidAs } from '@parley/core/internal';
import { Conversation } from './conversation.ts';
import { ownConnections } from './own-connections.ts';
import { carrierOf } from './reliable-side.ts';
import type { ConnectOptions } from './settings.ts';
import { completeSettings, initiatorOptionsOf } from './settings.ts';

/**
 * Establishes a security context with the service at `url` and resolves to the conversation under it.
 *
 * ```ts
 * await using conversation = await connect(url, { bootstrap, profile: peerProfile('cxf') });
 * const answer = await conversation.call(action, payload);
 * ```
 *
 * @throws Fault (rejects) `caller.option-invalid`; `caller.channel-not-secure` where the bootstrap needs https; `peer.soap-fault` the peer
 *   refused; `peer.http-failed`, `peer.http-answer`, `caller.aborted`; and why the answer was refused
 */
export async function connect(url: string | URL, options: ConnectOptions): Promise<Conversation> {
  const settings = completeSettings(url, options);
  const { dispatcher, tls, signal } = options;
  const initiatorOptions = initiatorOptionsOf(options, settings);
  const agent = dispatcher ?? ownConnections(tls, settings.bounds);
  // Whether the channel is secure is in the address.
  return await saidAs({ 'channel.secure': 'url' }, async () => {
    const initiator = new Initiator(initiatorOptions);
    const carrier = carrierOf(initiator, initiatorOptions, settings);
    const conversation = new Conversation(initiator, carrier, settings, agent);
    try {
      await conversation.ready(signal);
    } catch (error) {
      // Nobody has the conversation: what it waits for, at a peer that says nothing, need not come.
      settings.ending.abort();
      await conversation.close();
      throw error;
    }
    return conversation;
  });
}
