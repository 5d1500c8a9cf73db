import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, OutgoingRequest, SequencedInitiator, SequencedOutcome } from '@parley/conversation';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { LeftMessages } from './left-messages.ts';
import type { IncomingMessage } from './post.ts';

/** Sends one request, and gives what came back on its connection. */
export type Send = (request: OutgoingRequest, signal: AbortSignal | undefined) => Promise<IncomingMessage>;

/** Counters since the conversation began. */
export interface ReliableStats {
  /** Messages that have a number. */
  readonly messages: number;
  /** How often one of them was sent. */
  readonly transmissions: number;
  /** What came back, and was of no use: a message that was acknowledged, and not answered yet. */
  readonly unanswered: number;
}

export interface ReliableCallsOptions {
  readonly sequenced: SequencedInitiator;
  readonly send: Send;
  readonly channel: Channel;
  /** Ends an attempt, which is made again. */
  readonly attemptTimeoutMs: number;
  /** Shortest pause between two attempts. */
  readonly pauseMs: number;
  /** How long nothing is said before the other side is asked what has arrived. */
  readonly keepAliveMs: number;
}

type Answer = Extract<SequencedOutcome, { readonly kind: 'answer' }>;

/** Messages of one sequence over HTTP: each is sent until its answer is here, and no more are under way than there is room for. */
export class ReliableCalls {
  readonly #options: ReliableCallsOptions;
  #creating: Promise<void> | undefined;
  /** Of the one call whose turn it is to be numbered. */
  #tellOfRoom: () => void = () => undefined;
  readonly #awaitingNews = new Set<() => void>();
  /** Numbers are given in the order of the calls, room or no room. */
  #numbering: Promise<unknown> = Promise.resolve();
  /** Messages that have a number and are not settled. */
  #underWay = 0;
  readonly #left: LeftMessages;
  #messages = 0;
  #transmissions = 0;
  #unanswered = 0;
  #keepAlive: NodeJS.Timeout | undefined;
  #isKept = true;
  #asking: Promise<void> | undefined;

  constructor(options: ReliableCallsOptions) {
    this.#options = options;
    const { sequenced, pauseMs } = options;
    this.#left = new LeftMessages(sequenced, pauseMs, (number, signal) => this.#untilSettled(number, signal));
  }

  get stats(): ReliableStats {
    return { messages: this.#messages, transmissions: this.#transmissions, unanswered: this.#unanswered };
  }

  /**
   * Sends a message (still without protection) until its answer is here; one without an answer until it is acknowledged.
   * @throws Fault (rejects) `caller.aborted`; `peer.sequence-silent`, `peer.sequence-terminated`; why an answer was refused
   */
  async call(
    envelope: Uint8Array,
    awaitsAnswer: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Answer | undefined> {
    await this.#ready(signal);
    const numbering = this.#numbering.then(() => this.#number(envelope, awaitsAnswer, signal));
    this.#numbering = numbering.catch(() => undefined);
    const number = await numbering;
    this.#underWay++;
    try {
      return await this.#untilSettled(number, signal);
    } catch (error) {
      await this.#options.sequenced.giveUp(number).catch(() => undefined);
      // A number that never arrives would hold up all that follow.
      await this.#left.add(number, error);
      throw error;
    } finally {
      this.#underWay--;
      this.#tellOfRoom();
    }
  }

  /** Sends what an earlier conversation left unsettled, in its order, and gives each answer to `onAnswer`. @throws Fault as {@link call} */
  async resume(onAnswer: (answer: Answer, number: number) => void): Promise<void> {
    const unsettled = await this.#options.sequenced.unsettled();
    await Promise.all(
      unsettled.map(async ({ number }) => {
        const answer = await this.#untilSettled(number, undefined);
        if (answer !== undefined) onAnswer(answer, number);
      }),
    );
  }

  /** How many messages have a number: they are kept until they are settled, also by a conversation that goes on after this one. */
  async taken(): Promise<number> {
    return (await this.#options.sequenced.nextNumber()) - 1;
  }

  /** Takes what came to `acksTo` (borrowed); there is no reply. Codes: as `SequencedInitiator.receiveAcknowledgement`. */
  async receiveAcknowledgement(octets: Uint8Array, channel: Channel): Promise<Reply<Uint8Array>> {
    try {
      await this.#options.sequenced.receiveAcknowledgement(octets, channel);
    } catch (error) {
      return failedReply(error);
    }
    this.#heard();
    for (const tell of this.#awaitingNews) tell();
    return { ok: true, value: NOTHING };
  }

  /** Keeps the sequence alive no longer, and sends nothing more of it. */
  stop(): void {
    this.#stopAsking();
    void this.#left.end();
  }

  /** Ends the sequence. @throws Fault (rejects) it did not come to its end in time */
  async end(): Promise<void> {
    this.#stopAsking();
    // What asks of the sequence must not arrive after its end.
    await this.#asking;
    const { sequenced, attemptTimeoutMs } = this.#options;
    await this.#left.arrived(attemptTimeoutMs);
    for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
      const made = await sequenced.requestEnd();
      if (made === undefined) return;
      if ('lastNumber' in made) await this.#untilSettled(made.lastNumber, undefined);
      else await this.#attempt(made, undefined, undefined);
    }
    throw new Fault('peer.http-failed', { reason: 'the sequence did not end' });
  }

  #stopAsking(): void {
    this.#isKept = false;
    clearTimeout(this.#keepAlive);
  }

  async #ready(signal: AbortSignal | undefined): Promise<void> {
    if (await this.#options.sequenced.isOpen()) return;
    this.#creating ??= this.#create().finally(() => {
      this.#creating = undefined;
    });
    await this.#creating;
    requireGoing(signal);
  }

  async #create(): Promise<void> {
    const { sequenced, pauseMs } = this.#options;
    // safety: numbers of the next sequence begin anew, and those of the one before must not be taken for them.
    while (this.#underWay > 0) await pause(pauseMs);
    await this.#left.end();
    this.#isKept = true;
    for (let attempts = 1; ; attempts++) {
      try {
        const outcome = await this.#once(await sequenced.requestCreate(), undefined, undefined);
        if (outcome?.kind === 'created') return;
        throw new Fault('peer.http-answer', { got: 'no sequence' });
      } catch (error) {
        if (!isPassing(error) || attempts >= ATTEMPTS_MAX) throw error;
        await pause(pauseMs);
      }
    }
  }

  async #number(envelope: Uint8Array, awaitsAnswer: boolean, signal: AbortSignal | undefined): Promise<number> {
    for (;;) {
      requireGoing(signal);
      try {
        const number = await this.#options.sequenced.number(envelope, awaitsAnswer);
        this.#messages++;
        return number;
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'internal.busy') throw error;
        const isRoom = new Promise<void>((resolve) => {
          this.#tellOfRoom = resolve;
        });
        await Promise.race([isRoom, pause(this.#options.pauseMs)]);
      }
    }
  }

  async #untilSettled(number: number, signal: AbortSignal | undefined): Promise<Answer | undefined> {
    for (;;) {
      requireGoing(signal);
      const made = await this.#options.sequenced.transmission(number);
      if (made === undefined) return undefined;
      this.#transmissions++;
      const outcome = await this.#attempt(made.request, number, signal);
      if (outcome?.kind === 'answer') return outcome;
      if (outcome?.kind === 'acknowledged' && outcome.isSettled) return undefined;
      this.#unanswered++;
      await this.#pauseUnlessSettled(number, made.pauseMs, signal);
    }
  }

  /** Until it is to be sent again, or what came to `acksTo` has settled it. */
  async #pauseUnlessSettled(number: number, pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
    const untilMs = performance.now() + pauseMs;
    for (;;) {
      const unsettled = await this.#options.sequenced.unsettled();
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || signal?.aborted === true || !unsettled.some((each) => each.number === number)) return;
      await this.#newsWithin(leftMs, signal);
    }
  }

  async #newsWithin(withinMs: number, signal: AbortSignal | undefined): Promise<void> {
    const news = new AbortController();
    const tell = (): void => {
      news.abort();
    };
    this.#awaitingNews.add(tell);
    const either = signal === undefined ? news.signal : AbortSignal.any([signal, news.signal]);
    await pause(withinMs, undefined, { signal: either }).catch(() => undefined);
    this.#awaitingNews.delete(tell);
  }

  /** Nothing is said for a while now, perhaps. */
  #heard(): void {
    clearTimeout(this.#keepAlive);
    if (!this.#isKept) return;
    this.#keepAlive = setTimeout(() => {
      // What comes of it, the next call finds out.
      this.#asking = this.#ask().catch(() => undefined);
    }, this.#options.keepAliveMs).unref();
  }

  async #ask(): Promise<void> {
    const request = await this.#options.sequenced.requestAcknowledgement();
    // One that is lost is no reason to let the sequence go.
    if ((await this.#attempt(request, undefined, undefined)) === undefined) this.#heard();
  }

  /** One attempt; `undefined` if nothing came of it, so that it is to be made again. */
  async #attempt(
    request: OutgoingRequest,
    number: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<SequencedOutcome | undefined> {
    try {
      return await this.#once(request, number, signal);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (number === undefined) await pause(this.#options.pauseMs);
      return undefined;
    }
  }

  async #once(
    request: OutgoingRequest,
    number: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<SequencedOutcome | undefined> {
    const { sequenced, send, channel, attemptTimeoutMs } = this.#options;
    const late = AbortSignal.timeout(attemptTimeoutMs);
    let answer: IncomingMessage;
    try {
      answer = await send(request, signal === undefined ? late : AbortSignal.any([signal, late]));
    } catch (error) {
      if (late.aborted && signal?.aborted !== true)
        throw new Fault('peer.http-failed', { reason: 'no answer in time' });
      throw error;
    }
    this.#heard();
    if (answer.octets.length > 0) return await sequenced.receive(answer.octets, request, channel, number);
    await sequenced.receiveNothing();
    return undefined;
  }
}

const ATTEMPTS_MAX = 20;
const NOTHING = new Uint8Array(0);

/** Whether the same may go well another time. */
function isPassing(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'peer.http-failed' || error.code === 'peer.http-answer');
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Fault('caller.aborted', {}, signal.reason);
}
