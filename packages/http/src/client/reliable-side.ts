/** The side of a conversation that numbers its messages: under its context, or each under the bootstrap. */
import type { Initiator, InitiatorOptions } from '@parley/conversation';
import { PerMessageInitiator, SequencedInitiator } from '@parley/conversation';
import { ReliableCalls } from './reliable-calls.ts';
import type { Requests } from './requests.ts';
import type { ConversationSettings } from './settings.ts';

/** Who secures numbered messages. @throws Fault `caller.channel-not-secure` */
export function carrierOf(
  initiator: Initiator,
  options: InitiatorOptions,
  { establish, isSecure }: ConversationSettings,
): Initiator | PerMessageInitiator {
  if (establish !== 'none') return initiator;
  const { version, soapVersion, to, ambient, bootstrap, profile } = options;
  const { timestampLifetimeMs, openRequestsMax, answerWithinMs } = options;
  const timing = { timestampLifetimeMs, openRequestsMax, answerWithinMs };
  const channel = { secure: isSecure };
  return new PerMessageInitiator({ version, soapVersion, to, ambient, bootstrap, profile, ...timing, channel });
}

/** The calls of a conversation that is reliable. */
export function reliableCalls(
  initiator: Initiator | PerMessageInitiator,
  { profile, ambient, soapVersion, to, url, reliable }: ConversationSettings,
  requests: Requests,
): ReliableCalls | undefined {
  if (reliable === undefined) return undefined;
  const { sequences: settings, attemptTimeoutMs, ...kept } = reliable;
  return new ReliableCalls({
    sequenced: new SequencedInitiator({ ...kept, initiator, profile, ambient, soapVersion, to, settings }),
    send: async (request, signal) => await requests.post(request, url, signal),
    channel: requests.channel,
    attemptTimeoutMs,
    pauseMs: settings.retransmitAfterMs,
    keepAliveMs: settings.keepAliveMs,
  });
}
