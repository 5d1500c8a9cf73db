import { setTimeout as pause } from 'node:timers/promises';
import type { SequencedInitiator } from '@parley/conversation';
import { Fault } from '@parley/core';

/** Of one message: as often it may be refused. */
const REFUSALS_MAX = 10;

/** Sends a message until it has arrived. Rejects with what is wrong with it, or with an answer to it. */
type UntilSettled = (number: number, signal: AbortSignal) => Promise<unknown>;

/**
 * Messages of one sequence that nobody waits for any longer. What comes behind them at the other end does: each is sent until it has arrived.
 * One that never gets through ends the sequence.
 */
export class LeftMessages {
  readonly #sequenced: SequencedInitiator;
  readonly #pauseMs: number;
  readonly #untilSettled: UntilSettled;
  readonly #onTheWay = new Set<Promise<void>>();
  #sending = new AbortController();

  /** `pauseMs`: after a refusal. */
  constructor(sequenced: SequencedInitiator, pauseMs: number, untilSettled: UntilSettled) {
    this.#sequenced = sequenced;
    this.#pauseMs = pauseMs;
    this.#untilSettled = untilSettled;
  }

  /** One whose call has come to this error. What comes of it, if the sequence ends, the next call finds out. */
  async add(number: number, error: unknown): Promise<void> {
    if (isUnsendable(error)) {
      await this.#abandonFor(number).catch(() => undefined);
      return;
    }
    const left: Promise<void> = this.#send(number, this.#sending.signal)
      .catch(() => undefined)
      .then(() => void this.#onTheWay.delete(left));
    this.#onTheWay.add(left);
  }

  /** Resolves when all have arrived, but after `withinMs` at the latest. */
  async arrived(withinMs: number): Promise<void> {
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#onTheWay),
      pause(withinMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
  }

  /** They are sent no more: the sequence is over. */
  async end(): Promise<void> {
    this.#sending.abort();
    await Promise.all(this.#onTheWay);
    this.#sending = new AbortController();
  }

  async #send(number: number, signal: AbortSignal): Promise<void> {
    for (let refusals = 1; refusals <= REFUSALS_MAX; refusals++) {
      try {
        await this.#untilSettled(number, signal);
        return;
      } catch (error) {
        if (isUnsendable(error)) break;
        // The end of the context, or of the conversation, is none of the sequence: another one may go on with it.
        if (signal.aborted || isOfCaller(error)) return;
      }
      await pause(this.#pauseMs, undefined, { signal });
    }
    await this.#abandonFor(number);
  }

  /** It is over already, if the message is not kept any more. */
  async #abandonFor(number: number): Promise<void> {
    const unsettled = await this.#sequenced.unsettled();
    if (unsettled.some((each) => each.number === number)) await this.#sequenced.abandon();
  }
}

function isOfCaller(error: unknown): boolean {
  return error instanceof Fault && error.code.startsWith('caller.');
}

/** What cannot be sent cannot be sent later. */
function isUnsendable(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'caller.envelope-invalid' || error.code === 'caller.input-invalid');
}
