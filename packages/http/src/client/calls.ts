/** Calls over HTTP, whatever becomes of their contexts: each is made until the peer has taken it, and answered as it was sent. */
import type { Initiator, OutgoingRequest, PeerFault } from '@parley/conversation';
import { saysContextIsLost } from '@parley/conversation';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import type { ContextUpkeep } from './context-upkeep.ts';
import type { Requests } from './requests.ts';
import type { ConversationSettings } from './settings.ts';

/** What a peer answered; proven, and the answer to that call. */
export interface CallAnswer {
  readonly message: OpenedMessage;
  /** Where the answer is a SOAP fault: its code. The Body is in `message`. */
  readonly fault: PeerFault | undefined;
}

/** What calls have of their conversation. */
export interface CallScene {
  readonly initiator: Initiator;
  readonly settings: ConversationSettings;
  readonly requests: Requests;
  readonly upkeep: ContextUpkeep;
}

/** Contexts that one call finds lost which were good for all that is known here. */
const LOSSES_MAX = 1;
const ATTEMPTS_MAX = 5;
const UNUSABLE = 'caller.context-unusable';

/** Those of one conversation. */
export class Calls {
  readonly #scene: CallScene;

  constructor(scene: CallScene) {
    this.#scene = scene;
  }

  /**
   * Makes a call; once more where the peer did nothing with it: for a context that is over, as often as one ends on the way; for one that
   * was good, once. `envelope` makes one with a MessageID of its own.
   * @throws Fault (rejects) as `Conversation.call`
   */
  async call(
    action: string,
    envelope: () => Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<CallAnswer | undefined> {
    const { initiator, settings, upkeep } = this.#scene;
    for (let attempts = 1, losses = 0; ; attempts++) {
      await upkeep.ready(signal);
      const key = upkeep.keyInUse;
      const request = await initiator.requestCallAsync(envelope());
      const mayRepeat = settings.reestablish && attempts < ATTEMPTS_MAX;
      // It ended while this was sealed: nothing was sent.
      if (mayRepeat && !request.ok && request.code === UNUSABLE && key !== upkeep.keyInUse) continue;
      try {
        return await this.#answerTo(withAction(request, action), signal);
      } catch (error) {
        if (initiator.awaits === 'nothing' && error instanceof Fault && error.code === UNUSABLE) throw endedByPeer();
        if (!mayRepeat || !isLoss(error)) throw error;
        const isLost = key !== undefined && key === upkeep.keyInUse;
        if (isLost && ++losses > LOSSES_MAX) throw error;
        if (isLost) upkeep.giveUp();
      }
    }
  }

  async #answerTo(request: Reply<OutgoingRequest>, signal: AbortSignal | undefined): Promise<CallAnswer | undefined> {
    const { requests, settings } = this.#scene;
    const outcome = await requests.exchange(request, settings.url, signal);
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'answer') return { message: outcome.message, fault: undefined };
    if (outcome.kind === 'fault') return { message: outcome.message, fault: outcome.fault };
    throw new Fault('internal.invariant', { claim: 'a call has an answer' });
  }
}

/** The transport needs the action also where the message does not say it. */
function withAction(request: Reply<OutgoingRequest>, soapAction: string): Reply<OutgoingRequest> {
  return request.ok && request.value.soapAction === ''
    ? { ok: true, value: { ...request.value, soapAction } }
    : request;
}

function isLoss(error: unknown): error is Fault {
  return error instanceof Fault && saysContextIsLost(error);
}

/** The peer did with the call what it did; its answer counts no more. */
function endedByPeer(): Fault {
  return new Fault('peer.bad-context', { reason: 'ended by the peer' });
}
