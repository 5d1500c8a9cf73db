import type { Reply } from '@parley/core';
import type { DecryptionEntry, PoolMessage } from './contract.ts';
import type { AnyReply } from './reply-reader.ts';
import { Control } from './transfer/control.ts';
import type { PortableSeal } from './transfer/portable-seal.ts';
import type { Slab, SlabPool } from './transfer/slab.ts';
import { alignedStart } from './transfer/slab.ts';
import type { AttachedContext, AttachedKey, BatchTask, JobKind } from './transfer/task.ts';
import { CONTROL_BYTES } from './transfer/task.ts';

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

/** A message that was copied into a load; answered exactly once. */
export interface Job extends Omit<JobRequest, 'octets'> {
  readonly start: number;
  readonly length: number;
  /** The entry that was inserted for it: it may be decrypted. */
  readonly decryptable: string | undefined;
  readonly answer: (reply: AnyReply) => void;
}

/** The slab that messages were copied into; given back when each of them has its answer. */
export class Load {
  readonly slab: Slab;
  readonly #slabs: SlabPool;
  #usedBytes = 0;
  #unanswered = 0;
  #tainted = false;

  constructor(slabs: SlabPool, bytes: number) {
    this.#slabs = slabs;
    this.slab = slabs.take(bytes);
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Copies `octets` (borrowed) in and says where. They must fit. */
  add(octets: Uint8Array): number {
    const start = alignedStart(this.#usedBytes, octets);
    this.slab.set(octets, start);
    this.#usedBytes = start + octets.length;
    this.#unanswered++;
    return start;
  }

  /** The octets of `job`: a view. */
  octetsOf(job: Job): Uint8Array {
    return this.slab.subarray(job.start, job.start + job.length);
  }

  /** safety: a worker that was lost with this slab might not be quite dead, so it is not used again. */
  taint(): void {
    this.#tainted = true;
  }

  /** One of its messages was answered. */
  settle(): void {
    this.#unanswered--;
    if (this.#unanswered === 0 && !this.#tainted) this.#slabs.give(this.slab, this.#usedBytes);
  }
}

/** A batch, from when it is made until each of its messages is answered or has moved to another one. */
export class Flight {
  readonly kind: JobKind;
  readonly load: Load;
  readonly jobs: readonly Job[];
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
    from: Pick<Flight, 'kind' | 'load' | 'jobs'> &
      Partial<Pick<Flight, 'contexts' | 'encryptedKeys' | 'rounds' | 'deaths'>>,
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
    let bytes = CONTROL_BYTES + 4096;
    if (this.kind === 'verify') return bytes + 1024 * count;
    for (const job of this.jobs) bytes += job.length;
    return this.kind === 'open' ? Math.ceil(bytes * 1.25) + 1024 * count : bytes + 8192 * count;
  }

  /** The task for a worker, which answers into `output`. */
  task(output: Slab, nowMs: number): BatchTask {
    this.#control = new Control(output.buffer, nowMs);
    this.firstSentMs ??= nowMs;
    return {
      kind: this.kind,
      input: this.load.slab.buffer,
      output: output.buffer,
      jobs: this.jobs.flatMap((job) => [
        job.start,
        job.length,
        job.atMs,
        job.soapAction,
        // Base64 holds no blank; no value at all is not the same as none said.
        job.signatureValuesSent?.join(' '),
        // Empty: to be asked for.
        job.decryptable ?? (job.mayDecrypt && ''),
      ]),
      seals: this.jobs.flatMap((job) => job.seal ?? []),
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
  readonly #slabs: SlabPool;
  readonly #bytesMax: number;
  #load: Load | undefined;
  #jobs: Job[] = [];
  // What a batch is likely to need, from the one before.
  #usualBytes = 0;

  constructor(kind: JobKind, slabs: SlabPool, bytesMax: number) {
    this.#kind = kind;
    this.#slabs = slabs;
    this.#bytesMax = bytesMax;
  }

  /** Messages gathered. */
  get count(): number {
    return this.#jobs.length;
  }

  /** Whether a message of `bytes` can still be added. */
  fits(bytes: number): boolean {
    if (this.#load === undefined) return true;
    return this.#load.usedBytes + ALIGNMENT_BYTES + bytes <= Math.min(this.#load.slab.length, this.#bytesMax);
  }

  /** Copies a message (borrowed) in; `expectedBytes` is what is to come with it, for the size of a new slab. */
  add(request: JobRequest, expectedBytes: number, answer: Job['answer']): void {
    const { octets, atMs, soapAction, signatureValuesSent, mayDecrypt, seal } = request;
    const likelyBytes = Math.min(this.#bytesMax, Math.max(this.#usualBytes, expectedBytes));
    this.#load ??= new Load(this.#slabs, ALIGNMENT_BYTES + Math.max(likelyBytes, octets.length));
    const start = this.#load.add(octets);
    const decryptable = undefined;
    const { length } = octets;
    this.#jobs.push({ start, length, atMs, soapAction, signatureValuesSent, mayDecrypt, decryptable, seal, answer });
  }

  /** The batch so far, if there is one; the next message starts a new one. `isFull`: in a larger slab, if it may be. */
  take(isFull: boolean): Flight | undefined {
    if (this.#load === undefined) return undefined;
    const flight = new Flight({ kind: this.#kind, load: this.#load, jobs: this.#jobs });
    this.#usualBytes = isFull ? 2 * this.#load.usedBytes : this.#load.usedBytes;
    this.#load = undefined;
    this.#jobs = [];
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
