/** What keeps a conversation in a context: it is established, renewed when it is time, amended, and given up when it is over or lost. */
import type { Initiator, OutgoingRequest } from '@parley/conversation';
import { saysContextIsLost } from '@parley/conversation';
import { currentMs } from '@parley/conversation/internal';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import type { AssertionSignature, CertificateSignature } from '@parley/engine';
import { abortable } from './abortable.ts';
import type { Requests } from './requests.ts';
import type { ConversationSettings } from './settings.ts';

const UNUSABLE = 'caller.context-unusable';

/** Of one conversation. Calls that are under way end with no context: each has what its answer is opened with. */
export class ContextUpkeep {
  readonly #initiator: Initiator;
  readonly #settings: ConversationSettings;
  readonly #requests: Requests;
  #establishing: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  /** Until when the initiator awaits what was asked about its context: it awaits one answer at a time. Never rejects. */
  #turn: Promise<void> = Promise.resolve();

  constructor(initiator: Initiator, settings: ConversationSettings, requests: Requests) {
    this.#initiator = initiator;
    this.#settings = settings;
    this.#requests = requests;
  }

  /** Names the key that calls are sent under now; none where there is no context, or one that is over. */
  get keyInUse(): string | undefined {
    const { context } = this.#initiator;
    if (context === undefined || this.#isOver) return undefined;
    return JSON.stringify([context.identifier, context.keys.at(-1)?.instance]);
  }

  /** Resolves when there is a context, where there is to be one: establishes it, if need be, and begins to renew one whose time has come. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    if (this.#settings.establish === 'none') return;
    // A renewal that was asked for in time may yet arrive; one that does not leaves the context over.
    if (this.#isOver && this.#renewing !== undefined) await abortable(this.settled(), signal);
    if (this.#isOver) this.giveUp();
    else if (this.#isDue) this.#renewBeside();
    // One of our own making is there before the service knows of it.
    if (this.#initiator.context !== undefined && this.#establishing === undefined) return;
    this.#establishing ??= this.#establish().finally(() => {
      this.#establishing = undefined;
    });
    await abortable(this.#establishing, signal);
  }

  /** @throws Fault (rejects) as `Conversation.renew` */
  async renew(): Promise<void> {
    await (this.#renewing ?? this.#renewNow());
  }

  /** Once more where the context was lost by then: it does no harm to say it twice. @throws Fault (rejects) as `Conversation.amend` */
  async amend(endorse: CertificateSignature | AssertionSignature, signal: AbortSignal | undefined): Promise<void> {
    for (let mayRepeat = this.#settings.reestablish; ; mayRepeat = false) {
      await this.ready(signal);
      const key = this.keyInUse;
      try {
        await abortable(
          this.#askInTurn(() => this.#initiator.requestAmend(endorse, this.#requests.channel)),
          signal,
        );
        return;
      } catch (error) {
        if (!mayRepeat || !(error instanceof Fault)) throw error;
        const isSameKey = key === this.keyInUse;
        if (!saysContextIsLost(error) && (isSameKey || error.code !== UNUSABLE)) throw error;
        if (isSameKey) this.giveUp();
      }
    }
  }

  /** The context is no more, there or here. */
  giveUp(): void {
    this.#initiator.abandon();
  }

  /** Resolves when nothing about the context is under way, whatever came of it. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  get #isOver(): boolean {
    const { context } = this.#initiator;
    return context !== undefined && context.expiresAtMs <= currentMs(this.#settings.ambient);
  }

  get #isDue(): boolean {
    const { renewalDueAtMs } = this.#initiator;
    return this.#settings.renew && renewalDueAtMs !== undefined && renewalDueAtMs <= currentMs(this.#settings.ambient);
  }

  async #establish(): Promise<void> {
    const { establish, url } = this.#settings;
    const { channel } = this.#requests;
    if (establish === 'issued') await this.#requests.ask(this.#initiator.requestIssue(channel), this.#requests.issuer);
    else await this.#tell(this.#initiator.requestPropagate(channel), url);
  }

  /** Of a context that was made here: nothing answers but a fault. */
  async #tell(request: Reply<OutgoingRequest>, url: URL): Promise<void> {
    try {
      await this.#requests.exchange(request, url, this.#settings.ending.signal);
    } catch (error) {
      this.giveUp();
      throw error;
    }
  }

  /** In the background: calls go on under the old key. What fails is tried again at the next call. */
  #renewBeside(): void {
    if (this.#renewing !== undefined || this.#initiator.awaits !== 'messages') return;
    this.#renewNow().catch((error: unknown) => {
      this.#settings.onFailedRenewal?.(error instanceof Fault ? error : new Fault('internal.invariant', {}, error));
    });
  }

  #renewNow(): Promise<void> {
    this.#renewing = this.#askInTurn(() => this.#initiator.requestRenew(this.#requests.channel)).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  #askInTurn(request: () => Reply<OutgoingRequest>): Promise<void> {
    const asked = this.#turn.then(async () => await this.#requests.ask(request(), this.#requests.issuer));
    this.#turn = asked.catch(() => undefined);
    return asked;
  }
}
