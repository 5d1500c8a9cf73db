import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply, requireKind, requireOptions } from '@parley/core/internal';
import type { AllOptions, Answered, CallOptions } from './contract.ts';
import { ALL_OPTIONS, SOURCE } from './options-shape.ts';

type Ask<Given, Value> = (given: Given, options: CallOptions) => Promise<Reply<Value>>;
type Asking = AllOptions & { readonly concurrency: number };

interface Slot<Given, Value> {
  readonly given: Given;
  reply: Reply<Value> | undefined;
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
  ask: Ask<Given, Value>,
): AsyncGenerator<Answered<Given, Value>, void, undefined> {
  requireKind(SOURCE, source, 'source');
  requireOptions(ALL_OPTIONS, options, 'options');
  return answers(new Questions(source, options, ask), options.signal);
}

async function* answers<Given, Value>(
  questions: Questions<Given, Value>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Answered<Given, Value>, void, undefined> {
  const onAbort = (): void => questions.wake();
  signal?.addEventListener('abort', onAbort);
  try {
    while (true) {
      if (signal?.aborted === true) throw new Fault('caller.aborted', {}, signal.reason);
      questions.readOn();
      const answered = questions.take();
      if (answered !== undefined) yield answered;
      else if (questions.isOver) return;
      else await questions.news();
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await questions.end();
  }
}

/** What was read from a source and not yet yielded. */
class Questions<Given, Value> {
  readonly #concurrency: number;
  readonly #ordered: boolean;
  readonly #call: CallOptions;
  readonly #ask: Ask<Given, Value>;
  readonly #iterator: AsyncIterator<Given> | Iterator<Given>;
  readonly #underWay = new Set<Promise<void>>();
  // In the order in which they are to be yielded: of the source, or of the answers.
  readonly #queue: Slot<Given, Value>[] = [];
  #isReading = false;
  #isRead = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(source: AsyncIterable<Given> | Iterable<Given>, options: Asking, ask: Ask<Given, Value>) {
    this.#concurrency = options.concurrency;
    this.#ordered = options.ordered ?? true;
    this.#call = { signal: options.signal };
    this.#ask = ask;
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** Whether all has been taken. @throws what the source threw */
  get isOver(): boolean {
    if (!this.#isRead || this.#isReading || this.#held > 0) return false;
    if (this.#failure !== undefined) throw this.#failure.error;
    return true;
  }

  get #held(): number {
    return this.#ordered ? this.#queue.length : this.#queue.length + this.#underWay.size;
  }

  /** Reads while there is room, beside what else happens. */
  readOn(): void {
    if (this.#isReading || this.#isRead || this.#held >= this.#concurrency) return;
    this.#isReading = true;
    void this.#read();
  }

  /** The next that has its answer, if there is one. */
  take(): Answered<Given, Value> | undefined {
    const [first] = this.#queue;
    if (first?.reply === undefined) return undefined;
    this.#queue.shift();
    return { given: first.given, reply: first.reply };
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
      void Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
    }
    await Promise.all(this.#underWay);
  }

  async #read(): Promise<void> {
    try {
      while (!this.#isRead && this.#held < this.#concurrency) {
        const step = await this.#iterator.next();
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
    const slot: Slot<Given, Value> = { given, reply: undefined };
    if (this.#ordered) this.#queue.push(slot);
    const answer = this.#asked(given)
      .catch((error: unknown): Reply<Value> => failedReply(error))
      .then((reply) => {
        slot.reply = reply;
        if (!this.#ordered) this.#queue.push(slot);
        this.#underWay.delete(answer);
        this.#wake();
      });
    this.#underWay.add(answer);
  }

  // Async: what `ask` throws at once is an answer, too.
  async #asked(given: Given): Promise<Reply<Value>> {
    return this.#ask(given, this.#call);
  }
}
