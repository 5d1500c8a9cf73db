import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { callbackFault, failedReply } from '@parley/core/internal';
import type { AnyReply } from './answer/reply-reader.ts';
import { readReplies } from './answer/reply-reader.ts';
import type { ContextDesk } from './context-desk.ts';
import type { ContextWatch } from './context-watch.ts';
import type { DecryptionEntry, PoolStats } from './contract.ts';
import type { Job, Need } from './flight.ts';
import { Flight, neededBy } from './flight.ts';
import type { KeyDesk } from './key-desk.ts';
import type { Meter } from './meter.ts';
import type { PoisonList } from './poison-list.ts';
import type { StallWatch } from './stall-watch.ts';
import { answersStart } from './transfer/job-words.ts';
import type { Slab, SlabPool } from './transfer/slab.ts';
import type { AttachedContext, AttachedKey, Executor, KeptKey } from './transfer/task.ts';
import { Unserved } from './transfer/task.ts';

export interface FlightDeckOptions {
  readonly executor: Executor;
  /** For messages. */
  readonly inputs: SlabPool;
  /** For answers. */
  readonly outputs: SlabPool;
  readonly desk: ContextDesk;
  readonly watch: Pick<ContextWatch, 'current'>;
  readonly keys: KeyDesk;
  readonly poison: PoisonList;
  readonly meter: Meter;
  readonly stalls: StallWatch;
  readonly jobTimeoutMs: number;
  /** Hands an answer over, which came at `nowMs`. */
  readonly answer: (job: Job, reply: AnyReply, nowMs: number) => void;
  /** A batch to send while a worker has time. */
  readonly next: () => Flight | undefined;
}

// The second worker that dies over a batch shows that the batch is at fault; the third, which message.
const DEATHS_BEFORE_SPLIT = 2;
const DEATHS_MAX = 3;
// Times that a batch was lost by no fault of its own, while as long as one job may take: then workers cannot start.
const MISSES_MAX = 8;
// A message that is asked for again and again, because its contexts are evicted as often.
const ROUNDS_MAX = 8;

/** Sends batches to the executor and sees to it that each message is answered once, whatever becomes of the workers. */
export class FlightDeck {
  readonly #options: FlightDeckOptions;
  // In order. What comes back for another round goes first: its callers have waited longest.
  readonly #ready: Flight[] = [];
  readonly #inFlight = new Map<Flight, Promise<void>>();
  #batches = 0;
  #retries = 0;
  #byTemplate = 0;

  constructor(options: FlightDeckOptions) {
    this.#options = options;
  }

  get counts(): Pick<PoolStats, 'batches' | 'retries' | 'byTemplate'> {
    return { batches: this.#batches, retries: this.#retries, byTemplate: this.#byTemplate };
  }

  /** Whether no batch is with the executor or waits for it. */
  get idle(): boolean {
    return this.#inFlight.size === 0 && this.#ready.length === 0;
  }

  /** Queues `flight` and sends what can be sent. */
  push(flight: Flight | undefined): void {
    if (flight !== undefined) this.#ready.push(flight);
    this.dispatch();
  }

  /** Sends batches while the executor has room. */
  dispatch(): void {
    const { executor, next } = this.#options;
    while (this.#inFlight.size < executor.capacity) {
      const flight = this.#ready.shift() ?? next();
      if (flight === undefined) return;
      if (!this.#board(flight)) continue;
      const landing = this.#fly(flight).then(() => {
        this.#inFlight.delete(flight);
        this.dispatch();
      });
      this.#inFlight.set(flight, landing);
    }
  }

  /** Resolves when every batch that is with the executor now has been dealt with. */
  async landed(): Promise<void> {
    await Promise.all(this.#inFlight.values());
  }

  /** Sees to it that the messages of `flight` are in shared memory; `false` if there is nothing to send. */
  #board(flight: Flight): boolean {
    if (flight.load !== undefined) return true;
    for (const job of flight.disembark()) this.#settle(flight, job, ABORTED);
    if (flight.jobs.length === 0) return false;
    try {
      flight.board(this.#options.inputs);
      return true;
    } catch (error) {
      // No shared memory left.
      for (const job of flight.jobs) this.#settle(flight, job, failedReply(error));
      return false;
    }
  }

  async #fly(flight: Flight): Promise<void> {
    // In a later round it brings what was looked up since, which must not be forgotten before it is used.
    const watching = flight.rounds === 0 ? this.#options.watch.current(performance.now()) : undefined;
    if (watching !== undefined) await watching;
    const replies = await this.#run(flight);
    if (replies === undefined) return;
    const needing = new Map<string, Needing>();
    const { jobs, rounds } = flight;
    const nowMs = performance.now();
    for (let index = 0; index < jobs.length; index++) {
      const job = jobs[index]!;
      const reply = replies[index]!;
      const need = rounds < ROUNDS_MAX ? neededBy(reply) : undefined;
      if (need === undefined) {
        this.#settle(flight, job, reply, nowMs);
      } else {
        // What one message is granted, another is not, though it be the same.
        const key = need.kind === 'decryption' ? `${index}` : `${need.kind} ${need.name}`;
        needing.set(key, { need, jobs: [...(needing.get(key)?.jobs ?? []), job] });
      }
    }
    if (needing.size > 0) void this.#fetch(flight, [...needing.values()]);
  }

  /** The replies to `flight`, in order; `undefined` if there was no worker to the end, which is then dealt with. */
  async #run(flight: Flight): Promise<readonly AnyReply[] | undefined> {
    const { outputs } = this.#options;
    this.#batches++;
    this.#options.stalls.add(flight);
    try {
      const output = outputs.take(flight.outputBytes);
      const { filled, kept } = await this.#execute(flight, output);
      const { start, length } = flight.answer;
      const { jobs } = flight;
      const isApart = (index: number): boolean => jobs[index]?.asker.keepsApart ?? true;
      const octets = { isApart, first: answersStart(jobs.length) };
      const replies = this.#options.keys.keep(kept, readReplies(filled, start, length, octets));
      const { kind, threadId, busyMs } = flight;
      this.#options.meter.batch({ kind, threadId, messages: replies.length, busyMs });
      outputs.give(filled, start + length);
      if (filled !== output) outputs.give(output, output.length);
      return replies;
    } catch (error) {
      // Its output slab is left to the garbage collector: see Load.taint.
      this.#lost(flight, error instanceof Unserved || flight.threadId === 0 || this.#isAnswered(flight));
      return undefined;
    } finally {
      this.#options.stalls.delete(flight);
    }
  }

  /** The slab with the answer: `output`, unless that was too small; and the secrets that go with it. */
  async #execute(flight: Flight, output: Slab): Promise<{ filled: Slab; kept: readonly KeptKey[] }> {
    try {
      const { executor, outputs } = this.#options;
      const task = flight.task(output, outputs.dirtyBytes(output), performance.now());
      const { kept, replacement, byTemplate } = await executor.run(task);
      this.#byTemplate += byTemplate;
      return { filled: replacement === undefined ? output : new Uint8Array(replacement), kept };
    } catch (error) {
      // A worker that died with its work done has left the answer, if it fitted.
      const { start, length } = flight.answer;
      if (this.#isAnswered(flight) && start + length <= output.length) return { filled: output, kept: [] };
      throw error;
    }
  }

  /** Whether all of the answer was there. Secrets that are wanted go with the task alone, and are lost with its worker. */
  #isAnswered(flight: Flight): boolean {
    return flight.isDone && (flight.kind === 'seal' || !this.#options.keys.isKeeping);
  }

  /** Asks for what the messages of a batch need, and sends those again. */
  async #fetch(flight: Flight, needing: readonly Needing[]): Promise<void> {
    const { desk, keys } = this.#options;
    const { kind, load } = flight;
    const contexts = new Map<string, AttachedContext>(flight.contexts);
    const encryptedKeys = new Map<string, AttachedKey>(flight.encryptedKeys);
    const again: Job[] = [];
    await Promise.all(
      needing.map(async ({ need, jobs }) => {
        if (need.kind === 'decryption') {
          for (const job of jobs) {
            const reply = await leaveToDecrypt(job, need.entry);
            if (reply === undefined) {
              job.decryptable = need.entry.key;
              again.push(job);
            } else this.#settle(flight, job, reply);
          }
          return;
        }
        const found = need.kind === 'context' ? await desk.lookUp(need.name) : keys.lookUp(need.name);
        if ('ok' in found) {
          for (const job of jobs) this.#settle(flight, job, found);
          return;
        }
        if ('sha1Base64' in found) encryptedKeys.set(need.name, found);
        else contexts.set(need.name, found);
        again.push(...jobs);
      }),
    );
    if (again.length > 0) {
      const rounds = flight.rounds + 1;
      this.#ready.unshift(new Flight({ kind, load, jobs: again, contexts, encryptedKeys, rounds }));
    }
    this.dispatch();
  }

  /** A worker died, or none came: once more, or in single messages, or no more. */
  #lost(flight: Flight, isInnocent: boolean): void {
    flight.load?.taint();
    if (isInnocent) flight.misses++;
    else flight.deaths++;
    const [first] = flight.jobs;
    const nowMs = performance.now();
    const sinceMs = nowMs - (flight.firstSentMs ?? nowMs);
    if (flight.misses > MISSES_MAX && sinceMs >= this.#options.jobTimeoutMs) {
      for (const job of flight.jobs) this.#settle(flight, job, workerLost('no worker started'));
    } else if (flight.deaths >= DEATHS_MAX && first !== undefined) {
      if (flight.load !== undefined) this.#options.poison.add(flight.load.octetsOf(first).slice(), nowMs);
      this.#settle(flight, first, workerLost('ended its worker'));
    } else {
      const again = flight.deaths >= DEATHS_BEFORE_SPLIT ? flight.split(flight.jobs.length) : [flight];
      this.#retries += again.length;
      this.#ready.unshift(...again);
    }
  }

  #settle(flight: Flight, job: Job, reply: AnyReply, nowMs = performance.now()): void {
    this.#options.answer(job, reply, nowMs);
    flight.load?.settle();
  }
}

const ABORTED: FailedReply = { ok: false, code: 'caller.aborted', detail: {} };

/** Messages that lack the same. */
interface Needing {
  readonly need: Need;
  readonly jobs: readonly Job[];
}

/** Asks for it; the answer to a message that may not be decrypted. */
async function leaveToDecrypt(
  { request: { mayDecrypt } }: Job,
  entry: DecryptionEntry,
): Promise<FailedReply | undefined> {
  try {
    // safety: anything but yes is no.
    if ((await mayDecrypt?.(entry)) === true) return undefined;
    return failedReply(new Fault('peer.replay', { identifier: entry.scope }));
  } catch (error) {
    return failedReply(callbackFault('mayDecrypt', error));
  }
}

function workerLost(reason: string): FailedReply {
  return { ok: false, code: 'internal.worker-lost', detail: { reason } };
}
