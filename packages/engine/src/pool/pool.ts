import type { FailedReply, Reply } from '@parley/core';
import { failedReply, requireKind, requireOptions, TEXT } from '@parley/core/internal';
import type { OpenedMessage } from '../message/opened-message.ts';
import type { SealedMessage } from '../seal/request.ts';
import { answerAll } from './answer-all.ts';
import { Call } from './call.ts';
import { ContextDesk } from './context-desk.ts';
import { ContextWatch } from './context-watch.ts';
import type { AllOptions, Answered, CallOptions, Pool, PoolEnvelope, PoolMessage, PoolStats } from './contract.ts';
import { Errands } from './errands.ts';
import type { Flight, JobRequest } from './flight.ts';
import { BatchBuilder } from './flight.ts';
import { FlightDeck } from './flight-deck.ts';
import { Gate } from './gate.ts';
import { failure, forWorkers } from './intake.ts';
import { openRequest, openRequests, sealRequest, streamedRequest } from './job-request.ts';
import { KeyDesk } from './key-desk.ts';
import { measured } from './measured.ts';
import { Meter } from './meter.ts';
import type { CompletePoolOptions } from './options.ts';
import { ALL_OPTIONS, CALL_OPTIONS, STREAMED_ENVELOPE } from './options-shape.ts';
import { PoisonList } from './poison-list.ts';
import type { AnyReply } from './reply-reader.ts';
import { StallWatch } from './stall-watch.ts';
import { NO_CREDENTIALS } from './transfer/credentials.ts';
import type { EvictionLog } from './transfer/eviction-log.ts';
import type { PoolBootstrapSealRequest, PoolSealRequest } from './transfer/seal-request.ts';
import { SlabPool } from './transfer/slab.ts';
import type { Executor, JobKind } from './transfer/task.ts';
import type { Verdict } from './transfer/verdict.ts';

const KEPT_SLAB_BYTES = 32 * 1024 * 1024;
// Messages that outweigh the cost of a batch.
const WORTH_A_BATCH = 16;
// Per worker, of a stream: one in work, one in waiting, and as much again that is being read or waits to be taken.
const BATCHES_UNDER_WAY = 4;

type AnyVerdict = Verdict<OpenedMessage>;

/** Takes messages in, up to the bound, and gathers them into batches for the {@link FlightDeck}. */
export class BatchPool implements Pool<OpenedMessage> {
  readonly executor: Executor;
  readonly errands: Errands;
  readonly #options: CompletePoolOptions;
  readonly #log: EvictionLog;
  readonly #gate: Gate;
  readonly #slabs = new SlabPool(KEPT_SLAB_BYTES);
  readonly #poison = new PoisonList();
  readonly #desk: ContextDesk;
  readonly #meter: Meter;
  readonly #stalls: StallWatch;
  readonly #deck: FlightDeck;
  readonly #builders: Readonly<Record<JobKind, BatchBuilder>>;
  // Calls for several messages, some of which may be answered while the call is not.
  readonly #calls = new Set<Promise<unknown>>();
  readonly #endMeasuring: () => void;
  #tick: NodeJS.Immediate | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: CompletePoolOptions, executor: Executor, log: EvictionLog) {
    this.#options = options;
    this.executor = executor;
    this.#log = log;
    this.#gate = new Gate({
      bytesMax: options.queueBytesMax,
      messagesMax: options.queueMessagesMax,
      whenFull: options.whenFull,
    });
    this.#desk = new ContextDesk(options.contexts, log);
    this.#meter = new Meter(options.onRefused);
    const builder = (kind: JobKind) => new BatchBuilder(kind, this.#slabs, options.batchBytesMax);
    this.#builders = { open: builder('open'), verify: builder('verify'), seal: builder('seal') };
    const desk = this.#desk;
    const watch = new ContextWatch(options.contexts, options.contextAgeMaxMs, (identifier) => desk.forget(identifier));
    this.#stalls = new StallWatch((threadId) => executor.kill(threadId), options.jobTimeoutMs);
    this.errands = new Errands({ executor, watch, desk, stalls: this.#stalls });
    this.#deck = new FlightDeck({
      executor,
      watch,
      stalls: this.#stalls,
      slabs: this.#slabs,
      desk: this.#desk,
      keys: new KeyDesk(options.credentials ?? NO_CREDENTIALS),
      poison: this.#poison,
      meter: this.#meter,
      jobTimeoutMs: options.jobTimeoutMs,
      next: () => this.#gathered(),
    });
    this.#endMeasuring = measured(options.meter, this);
  }

  get stats(): PoolStats {
    const { workersLost } = this.executor;
    const { messages: queued } = this.#gate;
    const { lookUps: contextsAsked } = this.#desk;
    const { byTemplate, ...counts } = this.#deck.counts;
    const opened = { byTemplate: byTemplate + this.errands.byTemplate };
    return { ...this.#meter.counts, ...counts, ...opened, workersLost, queued, contextsAsked };
  }

  async open(message: PoolMessage, options?: CallOptions): Promise<Reply<OpenedMessage>> {
    return this.#one('open', openRequest(message), options);
  }

  async openBatch(messages: readonly PoolMessage[], options?: CallOptions): Promise<readonly Reply<OpenedMessage>[]> {
    return (await this.#call('open', openRequests(messages), options)) as readonly Reply<OpenedMessage>[];
  }

  async verifyBatch(messages: readonly PoolMessage[], options?: CallOptions): Promise<readonly Reply<AnyVerdict>[]> {
    return (await this.#call('verify', openRequests(messages), options)) as readonly Reply<AnyVerdict>[];
  }

  async seal(
    envelope: Uint8Array,
    request: PoolSealRequest | PoolBootstrapSealRequest,
    options?: CallOptions,
  ): Promise<Reply<SealedMessage>> {
    const job = sealRequest(envelope, request, this.#options.credentials?.ownKeys ?? []);
    return job.ok ? this.#one('seal', job.value, options) : job;
  }

  openAll<Given extends PoolMessage>(
    messages: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions = {},
  ): AsyncGenerator<Answered<Given, OpenedMessage>, void, undefined> {
    return this.#all(messages, options, (given, call) => this.#one('open', streamedRequest(given), call));
  }

  verifyAll<Given extends PoolMessage>(
    messages: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions = {},
  ): AsyncGenerator<Answered<Given, AnyVerdict>, void, undefined> {
    return this.#all(messages, options, (given, call) => this.#one('verify', streamedRequest(given), call));
  }

  sealAll<Given extends PoolEnvelope>(
    envelopes: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions = {},
  ): AsyncGenerator<Answered<Given, SealedMessage>, void, undefined> {
    return this.#all(envelopes, options, async (given, call) => {
      requireOptions(STREAMED_ENVELOPE, given, 'envelope');
      return this.seal(given.envelope, given.request, call);
    });
  }

  async evict(identifier: string): Promise<void> {
    requireKind(TEXT, identifier, 'identifier');
    this.#desk.forget(identifier);
    // What a worker begins from here on, it begins without the context. What may have used it is waited for.
    await Promise.all([this.#deck.landed(), this.errands.landed(), ...this.#calls]);
    await this.executor.sweep();
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #shutDown(): Promise<void> {
    await this.#gate.close();
    await Promise.all([this.#deck.landed(), this.errands.landed()]);
    this.#log.appendAll();
    await this.executor.sweep();
    await this.executor.close();
    this.#stalls.close();
    this.#slabs.clear();
    this.#endMeasuring();
  }

  #all<Given, Value>(
    source: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions,
    ask: (given: Given, options: CallOptions) => Promise<Reply<Value>>,
  ): AsyncGenerator<Answered<Given, Value>, void, undefined> {
    requireOptions(ALL_OPTIONS, options, 'options');
    const { workers, batchMessagesMax, queueMessagesMax } = this.#options;
    const usual = Math.min(BATCHES_UNDER_WAY * Math.max(1, workers) * batchMessagesMax, queueMessagesMax);
    return answerAll(source, { ...options, concurrency: options.concurrency ?? usual }, ask);
  }

  async #one<Value>(kind: JobKind, request: JobRequest, options: CallOptions | undefined): Promise<Reply<Value>> {
    const [reply] = await this.#call(kind, [request], options);
    return reply as Reply<Value>;
  }

  #call(kind: JobKind, requests: readonly JobRequest[], options: CallOptions = {}): Promise<readonly AnyReply[]> {
    requireOptions(CALL_OPTIONS, options, 'options');
    if (requests.length === 0) return Promise.resolve([]);
    const call = new Call(requests.length, options.signal);
    void this.#takeIn(kind, requests, call);
    if (requests.length > 1) {
      this.#calls.add(call.replies);
      void call.replies.finally(() => this.#calls.delete(call.replies));
    }
    return call.replies;
  }

  async #takeIn(kind: JobKind, requests: readonly JobRequest[], call: Call): Promise<void> {
    const share = this.#shareOf(requests.length);
    let expectedBytes = requests.reduce((sum, request) => sum + request.octets.length, 0);
    for (const [index, given] of requests.entries()) {
      const taken: Reply<JobRequest> = call.isAborted ? failure('caller.aborted') : this.#taken(kind, given);
      if (!taken.ok) {
        this.#refuse(call, index, taken);
      } else {
        const request = taken.value;
        const { length } = request.octets;
        // perf: no await, and so no turn of the event loop, while there is room.
        const entering = this.#gate.enter(length);
        const entry = typeof entering === 'string' ? entering : await entering;
        if (entry !== 'in') {
          this.#refuse(call, index, failure(entry === 'closed' ? 'caller.closed' : 'internal.busy'));
        } else if (call.isAborted) {
          this.#gate.leave(length);
        } else {
          const batchBytes = (Math.min(requests.length - index, share) * expectedBytes) / (requests.length - index);
          this.#gather(kind, request, Math.ceil(batchBytes), share, (reply) => call.answer(index, reply));
        }
      }
      expectedBytes -= given.octets.length;
    }
  }

  #refuse(call: Call, index: number, reply: FailedReply): void {
    this.#meter.refusedWith(reply);
    call.answer(index, reply);
  }

  /** Messages per batch of a call for `count`: many go in full batches, fewer are spread over the workers. */
  #shareOf(count: number): number {
    const { workers, batchMessagesMax } = this.#options;
    if (count === 1) return batchMessagesMax;
    return Math.min(batchMessagesMax, Math.max(WORTH_A_BATCH, Math.ceil(count / Math.max(1, workers))));
  }

  #taken(kind: JobKind, given: JobRequest): Reply<JobRequest> {
    if (this.#closed !== undefined) return failure('caller.closed');
    return forWorkers(kind, given, this.#options, this.#poison);
  }

  #gather(
    kind: JobKind,
    request: JobRequest,
    batchBytes: number,
    share: number,
    answer: (reply: AnyReply) => void,
  ): void {
    const bytes = request.octets.length;
    const builder = this.#builders[kind];
    this.#meter.takenIn(bytes);
    const takenMs = performance.now();
    if (!builder.fits(bytes)) this.#deck.push(builder.take(true));
    try {
      builder.add(request, batchBytes, (reply) => {
        this.#meter.answered(performance.now() - takenMs);
        if (!reply.ok) this.#meter.refusedWith(reply);
        // Answered before the gate opens for others, so that `close` finds every call resolved.
        answer(reply);
        this.#gate.leave(bytes);
      });
    } catch (error) {
      // No shared memory left.
      answer(failedReply(error));
      this.#gate.leave(bytes);
      return;
    }
    if (builder.count >= share) this.#deck.push(builder.take(false));
    else this.#tick ??= setImmediate(() => this.#onTick());
  }

  /** What has been gathered of any kind: sent as it is when a worker has time. */
  #gathered(): Flight | undefined {
    const { seal, open, verify } = this.#builders;
    return seal.take(false) ?? open.take(false) ?? verify.take(false);
  }

  /** Messages that came in one turn of the event loop travel together, and longer while every worker is busy. */
  #onTick(): void {
    this.#tick = undefined;
    if (!this.#deck.idle) {
      this.#deck.dispatch();
      return;
    }
    // Nobody works: more than a few are shared out.
    for (const builder of Object.values(this.#builders)) {
      const parts = Math.min(Math.max(1, this.#options.workers), Math.ceil(builder.count / WORTH_A_BATCH));
      for (const flight of builder.take(false)?.split(parts) ?? []) this.#deck.push(flight);
    }
  }
}
