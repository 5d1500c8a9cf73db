import type { AnyReply } from './answer/reply-reader.ts';
import type { Asker } from './flight.ts';

/** The replies to one call: it resolves once all are there, or with `caller.aborted` for those that are not when its signal says so. */
export class Call implements Asker {
  readonly replies: Promise<readonly AnyReply[]>;
  /** Who asks for one message has nothing to do with the others of its batch. */
  readonly keepsApart: boolean;
  readonly #replies: AnyReply[];
  readonly #signal: AbortSignal | undefined;
  #unanswered: number;
  #resolve: (replies: readonly AnyReply[]) => void = () => undefined;

  constructor(count: number, signal: AbortSignal | undefined) {
    this.keepsApart = count === 1;
    this.#replies = new Array<AnyReply>(count);
    this.#unanswered = count;
    this.#signal = signal;
    this.replies = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (signal !== undefined) listen(signal, this);
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** The first reply to a message counts: what a worker says after the signal goes nowhere. */
  answer(index: number, reply: AnyReply): void {
    if (this.#replies[index] !== undefined) return;
    this.#replies[index] = reply;
    this.#unanswered--;
    if (this.#unanswered > 0) return;
    if (this.#signal !== undefined) forget(this.#signal, this);
    this.#resolve(this.#replies);
  }

  abort(): void {
    for (let index = 0; index < this.#replies.length; index++)
      this.answer(index, { ok: false, code: 'caller.aborted', detail: {} });
  }
}

/** The calls of a signal. It has one listener for all of them: Node warns of leaks where there are more than ten. */
const LISTENING = new WeakMap<AbortSignal, Set<Call>>();

function listen(signal: AbortSignal, call: Call): void {
  const calls = LISTENING.get(signal);
  if (calls !== undefined) {
    calls.add(call);
    return;
  }
  LISTENING.set(signal, new Set([call]));
  signal.addEventListener('abort', onAbort);
}

function forget(signal: AbortSignal, call: Call): void {
  const calls = LISTENING.get(signal);
  calls?.delete(call);
  if (calls?.size !== 0) return;
  LISTENING.delete(signal);
  signal.removeEventListener('abort', onAbort);
}

function onAbort(event: Event): void {
  const calls = LISTENING.get(event.target as AbortSignal) ?? [];
  for (const call of [...calls]) call.abort();
}
