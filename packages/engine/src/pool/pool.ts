import type { Reply } from '@parley/core';
import { requireKind, requireOptions, TEXT } from '@parley/core/internal';
import type { OpenedMessage } from '../message/opened-message.ts';
import type { SealedMessage } from '../seal/request.ts';
import type { AnyReply } from './answer/reply-reader.ts';
import { answerAll } from './answer-all.ts';
import { Call } from './call.ts';
import { ContextDesk } from './context-desk.ts';
import { ContextWatch } from './context-watch.ts';
import type { AllOptions, Answered, CallOptions, Pool, PoolEnvelope, PoolMessage, PoolStats } from './contract.ts';
import { Errands } from './errands.ts';
import type { JobRequest } from './flight.ts';
import { Job } from './flight.ts';
import { FlightDeck } from './flight-deck.ts';
import { Intake } from './intake.ts';
import { openRequest, openRequests, sealRequest, streamedJob } from './job-request.ts';
import { KeyDesk } from './key-desk.ts';
import { measured } from './measured.ts';
import { Meter } from './meter.ts';
import type { CompletePoolOptions } from './options.ts';
import { ALL_OPTIONS, CALL_OPTIONS, STREAMED_ENVELOPE } from './options-shape.ts';
import { PoisonList } from './poison-list.ts';
import { StallWatch } from './stall-watch.ts';
import { NO_CREDENTIALS } from './transfer/credentials.ts';
import type { EvictionLog } from './transfer/eviction-log.ts';
import type { PoolBootstrapSealRequest, PoolSealRequest } from './transfer/seal-request.ts';
import { SlabPool } from './transfer/slab.ts';
import type { Executor, JobKind } from './transfer/task.ts';
import type { Verdict } from './transfer/verdict.ts';

// For messages, and as much for answers.
const KEPT_SLAB_BYTES = 16 * 1024 * 1024;
// Per worker, of a stream: one in work, one in waiting, and as much again that is being read or waits to be taken.
const BATCHES_UNDER_WAY = 4;

type AnyVerdict = Verdict<OpenedMessage>;

/** Takes messages in, up to the bound, and gathers them into batches for the {@link FlightDeck}. */
export class BatchPool implements Pool<OpenedMessage> {
  readonly executor: Executor;
  readonly errands: Errands;
  readonly #options: CompletePoolOptions;
  readonly #log: EvictionLog;
  // safety: what is opened never lies under what comes in.
  readonly #inputs = new SlabPool(KEPT_SLAB_BYTES);
  readonly #outputs = new SlabPool(KEPT_SLAB_BYTES);
  readonly #desk: ContextDesk;
  readonly #meter: Meter;
  readonly #stalls: StallWatch;
  readonly #deck: FlightDeck;
  readonly #intake: Intake;
  // Calls for several messages, some of which may be answered while the call is not.
  readonly #calls = new Set<Promise<unknown>>();
  readonly #endMeasuring: () => void;
  #closed: Promise<void> | undefined;

  constructor(options: CompletePoolOptions, executor: Executor, log: EvictionLog) {
    this.#options = options;
    this.executor = executor;
    this.#log = log;
    this.#desk = new ContextDesk(options.contexts, log);
    this.#meter = new Meter(options.onRefused);
    const poison = new PoisonList();
    this.#intake = new Intake({
      pool: options,
      poison,
      meter: this.#meter,
      deck: () => this.#deck,
    });
    const desk = this.#desk;
    const watch = new ContextWatch(options.contexts, options.contextAgeMaxMs, (identifier) => desk.forget(identifier));
    this.#stalls = new StallWatch((threadId) => executor.kill(threadId), options.jobTimeoutMs);
    this.errands = new Errands({ executor, watch, desk, stalls: this.#stalls });
    this.#deck = new FlightDeck({
      executor,
      watch,
      stalls: this.#stalls,
      inputs: this.#inputs,
      outputs: this.#outputs,
      desk: this.#desk,
      keys: new KeyDesk(options.credentials ?? NO_CREDENTIALS),
      poison,
      meter: this.#meter,
      jobTimeoutMs: options.jobTimeoutMs,
      answer: (job, reply, nowMs) => this.#intake.answer(job, reply, nowMs),
      next: () => this.#intake.gathered(),
    });
    this.#endMeasuring = measured(options.meter, this);
  }

  get stats(): PoolStats {
    const { workersLost } = this.executor;
    const { queued } = this.#intake;
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
    const job = this.#sealing(envelope, request);
    return job.ok ? this.#one('seal', job.value, options) : job;
  }

  openAll<Given extends PoolMessage>(
    messages: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions = {},
  ): AsyncGenerator<Answered<Given, OpenedMessage>, void, undefined> {
    return this.#all('open', messages, options, streamedJob);
  }

  verifyAll<Given extends PoolMessage>(
    messages: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions = {},
  ): AsyncGenerator<Answered<Given, AnyVerdict>, void, undefined> {
    return this.#all('verify', messages, options, streamedJob);
  }

  sealAll<Given extends PoolEnvelope>(
    envelopes: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions = {},
  ): AsyncGenerator<Answered<Given, SealedMessage>, void, undefined> {
    return this.#all('seal', envelopes, options, (given) => {
      requireOptions(STREAMED_ENVELOPE, given, 'envelope');
      return this.#sealing(given.envelope, given.request);
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
    await this.#intake.close();
    await Promise.all([this.#deck.landed(), this.errands.landed()]);
    this.#log.appendAll();
    await this.executor.sweep();
    await this.executor.close();
    this.#stalls.close();
    this.#inputs.clear();
    this.#outputs.clear();
    this.#endMeasuring();
  }

  #sealing(envelope: Uint8Array, request: PoolSealRequest | PoolBootstrapSealRequest): Reply<JobRequest> {
    return sealRequest(envelope, request, this.#options.credentials?.ownKeys ?? []);
  }

  #all<Given, Value>(
    kind: JobKind,
    source: AsyncIterable<Given> | Iterable<Given>,
    options: AllOptions,
    jobOf: (given: Given) => Reply<JobRequest>,
  ): AsyncGenerator<Answered<Given, Value>, void, undefined> {
    requireOptions(ALL_OPTIONS, options, 'options');
    const { workers, batchMessagesMax, queueMessagesMax } = this.#options;
    const usual = Math.min(BATCHES_UNDER_WAY * Math.max(1, workers) * batchMessagesMax, queueMessagesMax);
    const concurrency = options.concurrency ?? usual;
    return answerAll(source, { ...options, concurrency }, (given, asker, place) => {
      const job = jobOf(given);
      if (!job.ok) asker.answer(place, job);
      else void this.#intake.takeIn(kind, new Job(job.value, asker, place, performance.now()));
    });
  }

  async #one<Value>(kind: JobKind, request: JobRequest, options: CallOptions | undefined): Promise<Reply<Value>> {
    const [reply] = await this.#call(kind, [request], options);
    return reply as Reply<Value>;
  }

  #call(kind: JobKind, requests: readonly JobRequest[], options: CallOptions = {}): Promise<readonly AnyReply[]> {
    requireOptions(CALL_OPTIONS, options, 'options');
    if (requests.length === 0) return Promise.resolve([]);
    const call = new Call(requests.length, options.signal);
    void this.#intake.takeAllIn(kind, requests, call);
    if (requests.length > 1) {
      this.#calls.add(call.replies);
      void call.replies.finally(() => this.#calls.delete(call.replies));
    }
    return call.replies;
  }
}
