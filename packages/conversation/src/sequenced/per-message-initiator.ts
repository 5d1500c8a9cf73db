import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import { failedReply, oneOf, requireInput, requireKind, requireOptions, shapeOf } from '@parley/core/internal';
import type { Policy } from '@parley/engine';
import type { InitiatorHandshake } from '../bootstrap/bootstrap.ts';
import { sceneOf } from '../bootstrap/bootstrap.ts';
import { currentMs } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { CHANNEL } from '../exchange/channel-shape.ts';
import { openAnswer } from '../initiator/answers.ts';
import { requireAnswer } from '../initiator/given.ts';
import { OpenRequests } from '../initiator/open-requests.ts';
import type { InitiatorOptions } from '../initiator/options.ts';
import { INITIATOR_MEMBERS } from '../initiator/options.ts';
import type { Outcome, OutgoingRequest } from '../initiator/outcome.ts';
import { outcomeOf } from '../initiator/outcome.ts';
import type { InitiatorSettings } from '../initiator/settings.ts';
import { completeInitiatorSettings } from '../initiator/settings.ts';
import { protect } from '../protection/protection.ts';
import { sequencedHandshake } from '../sequence-keeping/sequence-profile.ts';
import { envelopeAddressing } from '../soap/outline.ts';

export interface PerMessageOptions
  extends Pick<
    InitiatorOptions,
    | 'version'
    | 'soapVersion'
    | 'to'
    | 'ambient'
    | 'bootstrap'
    | 'profile'
    | 'timestampLifetimeMs'
    | 'openRequestsMax'
    | 'answerWithinMs'
  > {
  /** That all messages go over. */
  readonly channel: Channel;
}

const { version, soapVersion, to, ambient, bootstrap, profile, timestampLifetimeMs, openRequestsMax, answerWithinMs } =
  INITIATOR_MEMBERS;
const MEMBERS: Members<PerMessageOptions> = {
  ...{ version, soapVersion, to, ambient, bootstrap, profile, timestampLifetimeMs, openRequestsMax, answerWithinMs },
  channel: CHANNEL,
};
const OPTIONS: Kind<PerMessageOptions> = shapeOf<PerMessageOptions>(MEMBERS);
const KIND = oneOf(['application', 'sequence']);

/** An answer, and what it was opened by. */
export interface OpenedOutcome {
  readonly outcome: Outcome;
  readonly policy: Policy;
}

/**
 * The side that has no context: each of its messages is under its bootstrap, by itself, with keys of its own; for sequences, whose numbers
 * hold them together (WCF's reliable sessions without EstablishSecurityContext). Knows no transport.
 */
export class PerMessageInitiator {
  readonly #settings: InitiatorSettings;
  readonly #open: OpenRequests;

  /** @throws Fault `caller.option-invalid`; `caller.channel-not-secure` where the bootstrap needs one */
  constructor(options: PerMessageOptions) {
    requireOptions(OPTIONS, options, 'options');
    const { channel, ...initiator } = options;
    if (options.bootstrap.protectedBy === 'channel' && !channel.secure) throw new Fault('caller.channel-not-secure');
    this.#settings = completeInitiatorSettings(initiator);
    this.#open = new OpenRequests(this.#settings.openRequestsMax, this.#settings.answerWithinMs);
  }

  /** The generation of what secures messages. */
  get version(): InitiatorSettings['version'] {
    return this.#settings.version;
  }

  /**
   * Secures an envelope (borrowed): the application's, or one that is about sequences alone. Sent again under its MessageID, the attempt
   * before is awaited no longer. Codes: `caller.input-invalid` no MessageID; `internal.quota` too many answers are awaited; and those of
   * `seal`.
   */
  requestMessage(envelope: Uint8Array, kind: 'application' | 'sequence'): Reply<OutgoingRequest> {
    let handshake: InitiatorHandshake | undefined;
    try {
      requireInput(envelope, 'envelope');
      requireKind(KIND, kind, 'kind');
      const { profile, workplace, bootstrap, version, ambient, to } = this.#settings;
      const { action = '', messageId } = envelopeAddressing(envelope, workplace.tape);
      if (messageId === undefined) throw new Fault('caller.input-invalid', { reason: 'no wsa:MessageID' });
      const style = sequencedHandshake(profile, kind === 'sequence', to);
      handshake = bootstrap.begin({ ...sceneOf(this.#settings, version), style });
      const { octets, signatureValues } = protect(envelope, handshake.request, this.#settings);
      this.#open.close(messageId);
      this.#open.add({
        operation: 'call',
        messageId,
        signatureValues,
        sentAtMs: currentMs(ambient),
        trust: { context: undefined, entropy: undefined, handshake },
        isSequenced: true,
      });
      return { ok: true, value: { octets, soapAction: action, messageId } };
    } catch (error) {
      handshake?.wipe();
      return failedReply(error);
    }
  }

  /** Takes the answer (borrowed) to such a request. Codes: as of `Initiator.receive`. */
  receive(bytes: Uint8Array, request: Pick<OutgoingRequest, 'messageId'>, channel: Channel): Reply<OpenedOutcome> {
    try {
      requireAnswer(bytes, request, channel);
      const open = this.#open.find(request.messageId, currentMs(this.#settings.ambient));
      const handshake = open?.trust?.handshake;
      if (open === undefined || handshake === undefined)
        throw new Fault('caller.context-unusable', { reason: 'nothing is awaited' });
      const { policy, credentials, context } = handshake;
      if (this.#settings.bootstrap.protectedBy === 'channel' && !channel.secure)
        throw new Fault('caller.channel-not-secure');
      const outcome = outcomeOf(openAnswer(bytes, open, { policy, credentials, context, channel }, this.#settings));
      this.#open.close(request.messageId);
      return { ok: true, value: { outcome, policy } };
    } catch (error) {
      return failedReply(error);
    }
  }

  /** Waits for nothing any more, and wipes the keys of what was sent. */
  close(): void {
    this.#open.closeAll();
  }
}
