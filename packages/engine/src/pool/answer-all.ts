import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { called, failedReply, port, requireKind, requireOptions } from '@parley/core/internal';
import type { AnyReply } from './answer/reply-reader.ts';
import type { AllOptions, Answered } from './contract.ts';
import type { Asker } from './flight.ts';
import { ALL_OPTIONS, SOURCE } from './options-shape.ts';

type SourceIterator<Given> = AsyncIterator<Given> | Iterator<Given>;

const ITERATOR: Kind<SourceIterator<never>> = port<SourceIterator<never>>('next');

/** Asks for one of a source, in its asker's name. What it throws is the answer. */
type Ask<Given> = (given: Given, asker: Asker, place: number) => void;
type Asking = AllOptions & { readonly concurrency: number };

const CUT_OFF_AT = 64;

interface Slot<Given> {
  readonly given: Given;
  reply: AnyReply | undefined;
}

/**
 * Asks for each of `source`, and yields what was answered. Reads on only while there is room: whoever takes answers slowly slows
 * the source down. What is borrowed is free again when the iteration has ended, however it does.
 *
 * @throws Fault `caller.option-invalid` at once; `caller.aborted`; what the source throws, once all that came before is answered
 */
export function answerAll<Given, Value>(
  source: AsyncIterable<Given> | Iterable<Given>,
  options: Asking,
  ask: Ask<Given>,
): AsyncGenerator<Answered<Given, Value>, void, undefined> {
  requireKind(SOURCE, source, 'source');
  requireOptions(ALL_OPTIONS, options, 'options');
  return answers(new Questions(source, options, ask), options.signal);
}

async function* answers<Given, Value>(
  questions: Questions<Given>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Answered<Given, Value>, void, undefined> {
  const onAbort = (): void => questions.wake();
  signal?.addEventListener('abort', onAbort);
  try {
    while (true) {
      if (signal?.aborted === true) throw new Fault('caller.aborted', {}, signal.reason);
      questions.readOn();
      const answered = questions.take();
      if (answered !== undefined) yield answered as Answered<Given, Value>;
      else if (questions.isOver) return;
      else await questions.news();
    }
  } finally {
    await questions.end();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What was read from a source and not yet yielded. */
class Questions<Given> implements Asker {
  readonly keepsApart = false;
  readonly #concurrency: number;
  readonly #ordered: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #ask: Ask<Given>;
  readonly #next: () => Promise<IteratorResult<Given>> | IteratorResult<Given>;
  readonly #return: () => unknown;
  // By the number of the question.
  readonly #underWay = new Map<number, Slot<Given>>();
  // In the order in which they are to be yielded: of the source, or of the answers.
  readonly #queue: Slot<Given>[] = [];
  #taken = 0;
  #asked = 0;
  #isReading = false;
  #isRead = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(source: AsyncIterable<Given> | Iterable<Given>, options: Asking, ask: Ask<Given>) {
    this.#concurrency = options.concurrency;
    this.#ordered = options.ordered ?? true;
    this.#signal = options.signal;
    this.#ask = ask;
    const iterator = called('messages', ITERATOR as Kind<SourceIterator<Given>>, () =>
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator](),
    );
    this.#next = () => iterator.next();
    this.#return = () => iterator.return?.();
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Whether all has been taken. @throws what the source threw */
  get isOver(): boolean {
    if (!this.#isRead || this.#isReading || this.#held > 0) return false;
    if (this.#failure !== undefined) throw this.#failure.error;
    return true;
  }

  get #held(): number {
    const queued = this.#queue.length - this.#taken;
    return this.#ordered ? queued : queued + this.#underWay.size;
  }

  /** Reads while there is room, beside what else happens. */
  readOn(): void {
    if (this.#isReading || this.#isRead || this.#held >= this.#concurrency) return;
    this.#isReading = true;
    void this.#read();
  }

  /** The next that has its answer, if there is one. */
  take(): { readonly given: Given; readonly reply: AnyReply } | undefined {
    const next = this.#queue[this.#taken];
    if (next?.reply === undefined) return undefined;
    this.#taken++;
    // perf: a queue that is cut off at every message is moved as often.
    if (this.#taken === CUT_OFF_AT || this.#taken === this.#queue.length) {
      this.#queue.splice(0, this.#taken);
      this.#taken = 0;
    }
    return { given: next.given, reply: next.reply };
  }

  answer(place: number, reply: AnyReply): void {
    const slot = this.#underWay.get(place);
    if (slot === undefined) return;
    slot.reply = reply;
    this.#underWay.delete(place);
    if (!this.#ordered) this.#queue.push(slot);
    this.#wake();
  }

  /** Resolves when something has changed. */
  news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }

  /** Lets go of the source, and waits for what is under way. */
  async end(): Promise<void> {
    if (!this.#isRead) {
      this.#isRead = true;
      // Not awaited: a source that waits for the next message need not hear of it before that comes.
      void (async () => this.#return())().catch(() => undefined);
    }
    while (this.#underWay.size > 0 && !this.isAborted) await this.news();
    this.#underWay.clear();
  }

  async #read(): Promise<void> {
    try {
      while (!this.#isRead && this.#held < this.#concurrency) {
        const coming = this.#next();
        // perf: what is there is not waited for.
        const step = 'then' in coming ? await coming : coming;
        if (this.#isRead) break;
        if (step.done === true) this.#isRead = true;
        else this.#begin(step.value);
      }
    } catch (error) {
      this.#failure = { error };
      this.#isRead = true;
    } finally {
      this.#isReading = false;
      this.#wake();
    }
  }

  #begin(given: Given): void {
    const slot: Slot<Given> = { given, reply: undefined };
    const place = this.#asked++;
    this.#underWay.set(place, slot);
    if (this.#ordered) this.#queue.push(slot);
    try {
      this.#ask(given, this, place);
    } catch (error) {
      this.answer(place, failedReply(error));
    }
  }
}
