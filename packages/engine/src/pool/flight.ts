import type { Reply } from '@parley/core';
import { invariant } from '@parley/core/internal';
import type { AnyReply } from './answer/reply-reader.ts';
import type { DecryptionEntry, PoolMessage } from './contract.ts';
import { Control } from './transfer/control.ts';
import { answersStart, JobWriter } from './transfer/job-words.ts';
import type { PortableSeal } from './transfer/portable-seal.ts';
import type { Slab, SlabPool } from './transfer/slab.ts';
import { alignedStart, wipe } from './transfer/slab.ts';
import type { AttachedContext, AttachedKey, BatchTask, JobKind } from './transfer/task.ts';

// Lost before a message at most.
const ALIGNMENT_BYTES = 8;

/** What a caller asks for one message. */
export interface JobRequest {
  readonly octets: Uint8Array;
  readonly atMs: number | 'message';
  readonly soapAction: string | undefined;
  readonly signatureValuesSent: readonly string[] | undefined;
  readonly mayDecrypt: PoolMessage['mayDecrypt'];
  readonly seal: PortableSeal | undefined;
}

/** Who asked for messages, and is answered once for each. */
export interface Asker {
  /** Whether answers are wanted no more. */
  readonly isAborted: boolean;
  /** Whether each answer is to have its octets for itself. */
  readonly keepsApart: boolean;
  answer(place: number, reply: AnyReply): void;
}

/** One message of an asker, from when it is taken in until it is answered, exactly once. perf: there is one for each message. */
export class Job {
  request: JobRequest;
  readonly asker: Asker;
  /** Which of the asker's it is. */
  readonly place: number;
  takenMs: number;
  /** What it counts for among those that were taken in. */
  bytes: number;
  /** The entry that was inserted for it: it may be decrypted. */
  decryptable: string | undefined = undefined;
  /** Where it is in the load of its batch, once it is there. */
  start = 0;
  length = 0;

  constructor(request: JobRequest, asker: Asker, place: number, takenMs: number) {
    this.request = request;
    this.asker = asker;
    this.place = place;
    this.takenMs = takenMs;
    this.bytes = request.octets.length;
  }
}

/** The slab that messages were copied into; given back when each of them has its answer. */
export class Load {
  readonly slab: Slab;
  readonly #kind: JobKind;
  readonly #slabs: SlabPool;
  #usedBytes = 0;
  #unanswered: number;
  #tainted = false;

  /** Copies the messages of `jobs` (borrowed) in. @throws what there is when no shared memory is left */
  constructor(kind: JobKind, slabs: SlabPool, jobs: readonly Job[]) {
    let bytes = 0;
    for (const { request } of jobs) bytes += ALIGNMENT_BYTES + request.octets.length;
    this.slab = slabs.take(bytes);
    this.#kind = kind;
    this.#slabs = slabs;
    this.#unanswered = jobs.length;
    for (const job of jobs) {
      const { octets } = job.request;
      job.start = alignedStart(this.#usedBytes, octets);
      job.length = octets.length;
      // Nothing, if it was taken away although it is lent; that would throw.
      if (job.length > 0) this.slab.set(octets, job.start);
      this.#usedBytes = job.start + job.length;
    }
  }

  /** The octets of `job`: a view. */
  octetsOf({ start, length }: Job): Uint8Array {
    return this.slab.subarray(start, start + length);
  }

  /** safety: a worker that was lost with this slab might not be quite dead, so it is not used again. */
  taint(): void {
    this.#tainted = true;
  }

  /** One of its messages was answered. */
  settle(): void {
    this.#unanswered--;
    if (this.#unanswered > 0 || this.#tainted) return;
    // safety: what came over the wire is no secret; an envelope that was to be sealed may be.
    if (this.#kind === 'seal') wipe(this.slab, 0, this.#usedBytes);
    this.#slabs.give(this.slab, this.#usedBytes);
  }
}

/** A batch, from when it is made until each of its messages is answered or has moved to another one. */
export class Flight {
  readonly kind: JobKind;
  /** Its messages in shared memory; from when there is a worker for it. */
  load: Load | undefined;
  jobs: readonly Job[];
  /** What to send along, by identifier. */
  readonly contexts: ReadonlyMap<string, AttachedContext>;
  /** The same of EncryptedKeys, by SHA-1. */
  readonly encryptedKeys: ReadonlyMap<string, AttachedKey>;
  /** Times its messages asked for contexts or keys. */
  readonly rounds: number;
  /** Workers that died over it. */
  deaths = 0;
  /** Times that no worker came to it, or died with the answer in hand. */
  misses = 0;
  /** When it was first sent. */
  firstSentMs: number | undefined;
  // Of the last time that it was sent.
  #control: Control | undefined;

  constructor(
    from: Pick<Flight, 'kind' | 'jobs'> &
      Partial<Pick<Flight, 'load' | 'contexts' | 'encryptedKeys' | 'rounds' | 'deaths'>>,
  ) {
    this.kind = from.kind;
    this.load = from.load;
    this.jobs = from.jobs;
    this.contexts = from.contexts ?? new Map();
    this.encryptedKeys = from.encryptedKeys ?? new Map();
    this.rounds = from.rounds ?? 0;
    this.deaths = from.deaths ?? 0;
  }

  /** Octets that the answers are likely to need; a worker that needs more takes a slab of its own. */
  get outputBytes(): number {
    const count = this.jobs.length;
    let bytes = answersStart(count) + 4096;
    if (this.kind === 'verify') return bytes + 1024 * count;
    for (const job of this.jobs) bytes += job.length;
    return this.kind === 'open' ? Math.ceil(bytes * 1.25) + 1024 * count : bytes + 8192 * count;
  }

  /** Takes those out that nobody waits for any more. */
  disembark(): readonly Job[] {
    const left = this.jobs.filter(({ asker }) => asker.isAborted);
    if (left.length > 0) this.jobs = this.jobs.filter(({ asker }) => !asker.isAborted);
    return left;
  }

  /** Copies its messages into shared memory. @throws what there is when none is left */
  board(slabs: SlabPool): void {
    this.load = new Load(this.kind, slabs, this.jobs);
  }

  /** The task for a worker, which answers into `output`. */
  task(output: Slab, dirtyBytes: number, nowMs: number): BatchTask {
    invariant(this.load !== undefined, 'a batch is sent with its messages');
    this.#control = new Control(output.buffer, nowMs);
    this.firstSentMs ??= nowMs;
    const count = this.jobs.length;
    const writer = new JobWriter(output.buffer, count);
    for (const job of this.jobs) writer.add(job, job.request, job.decryptable ?? (job.request.mayDecrypt && ''));
    return {
      kind: this.kind,
      input: this.load.slab.buffer,
      output: output.buffer,
      dirtyBytes,
      count,
      texts: writer.texts,
      seals: this.kind === 'seal' ? this.jobs.flatMap(({ request }) => request.seal ?? []) : [],
      contexts: [...this.contexts.values()],
      encryptedKeys: [...this.encryptedKeys.values()],
    };
  }

  /** The thread that took it up; 0 before. */
  get threadId(): number {
    return this.#control?.threadId ?? 0;
  }

  /** What the worker spent on it, at the end. */
  get busyMs(): number {
    return this.#control?.busyMs ?? 0;
  }

  /** Whether the worker came to the end of it. */
  get isDone(): boolean {
    return this.#control?.isDone ?? false;
  }

  /** Where the records of the answer are, once it is done. */
  get answer(): { readonly start: number; readonly length: number } {
    return this.#control?.answer ?? { start: 0, length: 0 };
  }

  /** How long the message in work has been in work, or the answer on its way. */
  stalledMs(nowMs: number): number {
    return this.#control?.stalledMs(nowMs) ?? 0;
  }

  /** This batch as `parts` smaller ones, about equal; they keep what it went through. */
  split(parts: number): readonly Flight[] {
    const size = Math.ceil(this.jobs.length / parts);
    const flights: Flight[] = [];
    for (let at = 0; at < this.jobs.length; at += size) {
      const { kind, load, contexts, encryptedKeys, rounds, deaths } = this;
      const jobs = this.jobs.slice(at, at + size);
      flights.push(new Flight({ kind, load, contexts, encryptedKeys, rounds, deaths, jobs }));
    }
    return flights;
  }
}

/** Gathers messages of one kind until they are a batch. */
export class BatchBuilder {
  readonly #kind: JobKind;
  readonly #bytesMax: number;
  #jobs: Job[] = [];
  #bytes = 0;

  constructor(kind: JobKind, bytesMax: number) {
    this.#kind = kind;
    this.#bytesMax = bytesMax;
  }

  /** Messages gathered. */
  get count(): number {
    return this.#jobs.length;
  }

  /** Whether a message of `bytes` can still be added. */
  fits(bytes: number): boolean {
    return this.#jobs.length === 0 || this.#bytes + ALIGNMENT_BYTES + bytes <= this.#bytesMax;
  }

  add(job: Job): void {
    this.#bytes += ALIGNMENT_BYTES + job.bytes;
    this.#jobs.push(job);
  }

  /** The batch so far, if there is one; the next message starts a new one. */
  take(): Flight | undefined {
    if (this.#jobs.length === 0) return undefined;
    const flight = new Flight({ kind: this.#kind, jobs: this.#jobs });
    this.#jobs = [];
    this.#bytes = 0;
    return flight;
  }
}

/** What a worker lacks for a message: a context or an EncryptedKey, by its name, or leave to decrypt this one message. */
export type Need =
  | { readonly kind: 'context' | 'encrypted-key'; readonly name: string }
  | { readonly kind: 'decryption'; readonly entry: DecryptionEntry };

/** What `reply` asks main for. */
export function neededBy(reply: Reply<unknown>): Need | undefined {
  if (reply.ok || reply.code !== 'internal.context-needed') return undefined;
  const { encryptedKey, identifier, decryption, scope, untilMs, nowMs, owner } = reply.detail;
  if (typeof identifier === 'string') return { kind: 'context', name: identifier };
  if (typeof encryptedKey === 'string') return { kind: 'encrypted-key', name: encryptedKey };
  if (typeof decryption !== 'string') return undefined;
  const share = { owner: String(owner) };
  const entry = { scope: String(scope), key: decryption, untilMs: Number(untilMs), nowMs: Number(nowMs), share };
  return { kind: 'decryption', entry };
}
