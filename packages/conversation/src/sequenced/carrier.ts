/** What the messages of a sequence are secured by: the context of an initiator, or each by its bootstrap. */
import type { Reply, SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import type { Channel } from '../exchange/channel.ts';
import { Initiator } from '../initiator/initiator.ts';
import type { OutgoingRequest } from '../initiator/outcome.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import type { OpenedOutcome, PerMessageInitiator } from './per-message-initiator.ts';

export interface Carrier {
  /** Of the records. @throws Fault `caller.context-unusable` there is no context */
  readonly partition: string;
  /** That requests for a sequence name. @throws Fault `caller.context-unusable` */
  readonly token: Pick<SecurityContext, 'identifier' | 'version'> | undefined;
  /** Of what secures messages. */
  readonly version: SecurityContext['version'];
  request(envelope: Uint8Array, kind: 'application' | 'sequence'): Promise<Reply<OutgoingRequest>>;
  receive(bytes: Uint8Array, request: OutgoingRequest, channel: Channel): Promise<Reply<OpenedOutcome>>;
  openUnasked(bytes: Uint8Array, channel: Channel): Reply<OpenedMessage>;
}

/** `name`: of what is kept where there is no context to name it by. */
export function carrierOf(
  initiator: Initiator | PerMessageInitiator,
  profile: ConversationProfile,
  name: string,
): Carrier {
  return initiator instanceof Initiator ? contextCarrier(initiator, profile) : messageCarrier(initiator, name);
}

function contextCarrier(initiator: Initiator, { requests, cancels, answers }: ConversationProfile): Carrier {
  const context = (): SecurityContext => {
    const { context: held } = initiator;
    if (held === undefined) throw new Fault('caller.context-unusable', { reason: 'no context' });
    return held;
  };
  return {
    get partition() {
      return `initiator ${context().identifier}`;
    },
    get token() {
      return context();
    },
    get version() {
      return initiator.context?.version;
    },
    // What is about sequences alone is protected as the end of a context is: signed, and in clear where the peer has it so.
    request: (envelope, kind) =>
      initiator.requestCallAsync(envelope, (kind === 'application' ? requests : cancels).protection, 'sequence'),
    receive: async (...answer) => {
      const outcome = await initiator.receiveAsync(...answer);
      return outcome.ok ? { ok: true, value: { outcome: outcome.value, policy: answers.policy } } : outcome;
    },
    openUnasked: (bytes, channel) => initiator.openUnasked(bytes, channel),
  };
}

function messageCarrier(initiator: PerMessageInitiator, name: string): Carrier {
  return {
    partition: `initiator of ${name}`,
    token: undefined,
    version: initiator.version,
    request: async (envelope, kind) => initiator.requestMessage(envelope, kind),
    receive: async (...answer) => initiator.receive(...answer),
    openUnasked: () => {
      throw new Fault('caller.context-unusable', { reason: 'no context' });
    },
  };
}
