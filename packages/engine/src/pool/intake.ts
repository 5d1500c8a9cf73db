import type { FailedReply, Reply } from '@parley/core';
import type { AnyReply } from './answer/reply-reader.ts';
import type { Asker, Flight, JobRequest } from './flight.ts';
import { BatchBuilder, Job } from './flight.ts';
import type { FlightDeck } from './flight-deck.ts';
import { failure, forWorkers } from './for-workers.ts';
import type { Entry } from './gate.ts';
import { Gate } from './gate.ts';
import type { Meter } from './meter.ts';
import type { CompletePoolOptions } from './options.ts';
import type { PoisonList } from './poison-list.ts';
import type { JobKind } from './transfer/task.ts';

// Messages that outweigh the cost of a batch.
const WORTH_A_BATCH = 16;

export interface IntakeOptions {
  readonly pool: CompletePoolOptions;
  readonly poison: PoisonList;
  readonly meter: Meter;
  /** Where batches go; asked for no sooner than there is one. */
  readonly deck: () => FlightDeck;
}

/** Takes messages in, up to the bound, gathers them into batches, and hands their answers over. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #gate: Gate;
  readonly #builders: Readonly<Record<JobKind, BatchBuilder>>;
  #tick: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(options: IntakeOptions) {
    const { pool } = options;
    this.#options = options;
    this.#gate = new Gate({
      bytesMax: pool.queueBytesMax,
      messagesMax: pool.queueMessagesMax,
      whenFull: pool.whenFull,
    });
    const builder = (kind: JobKind) => new BatchBuilder(kind, pool.batchBytesMax);
    this.#builders = { open: builder('open'), verify: builder('verify'), seal: builder('seal') };
  }

  /** Messages taken in and not yet answered. */
  get queued(): number {
    return this.#gate.messages;
  }

  /** Takes nothing in any more; resolves when all is answered. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#gate.close();
  }

  /** All messages of a call. */
  async takeAllIn(kind: JobKind, requests: readonly JobRequest[], asker: Asker): Promise<void> {
    const batchMessages = this.#shareOf(requests.length);
    let nowMs = performance.now();
    for (let place = 0; place < requests.length; place++) {
      const waiting = this.takeIn(kind, new Job(requests[place]!, asker, place, nowMs), batchMessages);
      // perf: no await, and so no turn of the event loop, while there is room.
      if (waiting === undefined) continue;
      await waiting;
      nowMs = performance.now();
    }
  }

  /** Takes a message in, or answers it: at once, or when what it returns resolves, because there is no room yet. */
  takeIn(kind: JobKind, job: Job, batchMessages: number = Number.POSITIVE_INFINITY): Promise<void> | undefined {
    const taken = job.asker.isAborted ? failure('caller.aborted') : this.#taken(kind, job);
    if (!taken.ok) {
      this.#refuse(job, taken);
      return undefined;
    }
    job.request = taken.value;
    job.bytes = taken.value.octets.length;
    const entering = this.#gate.enter(job.bytes);
    if (typeof entering !== 'string') return this.#takeInLater(kind, job, batchMessages, entering);
    this.#entered(kind, job, batchMessages, entering);
    return undefined;
  }

  async #takeInLater(kind: JobKind, job: Job, batchMessages: number, entering: Promise<Entry>): Promise<void> {
    const entry = await entering;
    job.takenMs = performance.now();
    this.#entered(kind, job, batchMessages, entry);
  }

  #entered(kind: JobKind, job: Job, batchMessages: number, entry: Entry): void {
    if (entry !== 'in') this.#refuse(job, failure(entry === 'closed' ? 'caller.closed' : 'internal.busy'));
    else if (job.asker.isAborted) this.#gate.leave(job.bytes);
    else this.#gather(kind, job, batchMessages);
  }

  #refuse({ asker, place }: Job, reply: FailedReply): void {
    this.#options.meter.refusedWith(reply);
    asker.answer(place, reply);
  }

  /** Messages per batch of a call for `count`: many go in full batches, fewer are spread over the workers. */
  #shareOf(count: number): number {
    const { workers, batchMessagesMax } = this.#options.pool;
    if (count === 1) return batchMessagesMax;
    return Math.min(batchMessagesMax, Math.max(WORTH_A_BATCH, Math.ceil(count / Math.max(1, workers))));
  }

  #taken(kind: JobKind, { request, takenMs }: Job): Reply<JobRequest> {
    if (this.#isClosed) return failure('caller.closed');
    return forWorkers(kind, request, this.#options, takenMs);
  }

  #gather(kind: JobKind, job: Job, batchMessages: number): void {
    const { deck, meter, pool } = this.#options;
    const builder = this.#builders[kind];
    meter.takenIn(job.bytes);
    if (!builder.fits(job.bytes)) deck().push(builder.take());
    builder.add(job);
    if (builder.count >= Math.min(batchMessages, pool.batchMessagesMax)) deck().push(builder.take());
    else this.#tick ??= setImmediate(() => this.#onTick());
  }

  /** Hands over what came at `nowMs`. */
  answer({ asker, place, takenMs, bytes }: Job, reply: AnyReply, nowMs: number): void {
    this.#options.meter.answered(nowMs - takenMs);
    if (!reply.ok) this.#options.meter.refusedWith(reply);
    // Answered before the gate opens for others, so that `close` finds every call resolved.
    asker.answer(place, reply);
    this.#gate.leave(bytes);
  }

  /** What has been gathered of any kind: sent as it is when a worker has time. */
  gathered(): Flight | undefined {
    const { seal, open, verify } = this.#builders;
    return seal.take() ?? open.take() ?? verify.take();
  }

  /** Messages that came in one turn of the event loop travel together, and longer while every worker is busy. */
  #onTick(): void {
    this.#tick = undefined;
    if (!this.#options.deck().idle) {
      this.#options.deck().dispatch();
      return;
    }
    // Nobody works: more than a few are shared out.
    for (const builder of Object.values(this.#builders)) {
      const parts = Math.min(Math.max(1, this.#options.pool.workers), Math.ceil(builder.count / WORTH_A_BATCH));
      for (const flight of builder.take()?.split(parts) ?? []) this.#options.deck().push(flight);
    }
  }
}
