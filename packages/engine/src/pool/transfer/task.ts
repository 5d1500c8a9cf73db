/** Between main and workers: what crosses the port is small plain data, key objects and shared memory; no octets. */
import type { KeyObject } from 'node:crypto';
import type { SecurityContext } from '@parley/core';
import type { PortableSeal } from './portable-seal.ts';

/** What to do with the messages of a batch. `verify` is `open` without the octets in the answer. */
export type JobKind = 'open' | 'verify' | 'seal';

/** Anything that a worker can be given: a batch, or what the module of another package does. */
export interface WorkerTask {
  readonly kind: string;
  /** For the answers; its first {@link CONTROL_BYTES} octets are control words. */
  readonly output: SharedArrayBuffer;
  /** What earlier rounds of this task asked for. */
  readonly contexts: readonly AttachedContext[];
}

export interface BatchTask extends WorkerTask {
  readonly kind: JobKind;
  /** The messages. Read only, and only copied from. */
  readonly input: SharedArrayBuffer;
  /** Messages, whose jobs are words in {@link output} (job-words.ts). */
  readonly count: number;
  /** What those words name. */
  readonly texts: readonly string[];
  /** Octets of {@link output} that earlier answers lie in; what is left of them is the worker's to wipe. */
  readonly dirtyBytes: number;
  /** Per message of a `seal` batch. */
  readonly seals: readonly PortableSeal[];
  /** As {@link contexts}. */
  readonly encryptedKeys: readonly AttachedKey[];
}

/** What does not fit into the slab that was lent; where the records of a batch are is in its control words. */
export interface BatchAnswer {
  /** The slab that the worker had to take instead, if the other was too small. */
  readonly replacement: SharedArrayBuffer | undefined;
  /** Secrets of EncryptedKeys that messages brought, for the caller to keep. */
  readonly kept: readonly KeptKey[];
  /** Messages that a template opened. */
  readonly byTemplate: number;
}

/** The secret by which one message of a batch was proven. */
export interface KeptKey {
  /** Which message. */
  readonly index: number;
  readonly sha1Base64: string;
  readonly secret: KeyObject;
}

/** Anything that carries out batches: threads, or this thread. */
export interface Executor {
  /** Batches it can hold at a time: one in work, one in waiting per thread. */
  readonly capacity: number;
  /** Workers that live. */
  readonly workers: number;
  /** Workers that died since the start. */
  readonly workersLost: number;
  /** Rejects when the worker died over it, and with {@link Unserved} when that was not the batch's fault. */
  run(task: WorkerTask): Promise<BatchAnswer>;
  /** Ends the thread that carries `threadId`; its batches reject. */
  kill(threadId: number): void;
  /** Has every idle worker drop what was evicted. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** A batch that did not get its turn. */
export class Unserved extends Error {}

/** A context on its way to a worker, or the word that there is none. */
export interface AttachedContext {
  readonly identifier: string;
  /** Position of the eviction log before the store was asked. */
  readonly position: bigint;
  readonly context: PortableContext | undefined;
}

/** The secret of an EncryptedKey of another message on its way to a worker, or the word that nobody knows it. */
export interface AttachedKey {
  readonly sha1Base64: string;
  readonly secret: KeyObject | undefined;
}

/** A context whose secrets are key objects: cloning one shares a handle, no key octets lie in a port. */
export interface PortableContext extends Omit<SecurityContext, 'keys'> {
  readonly keys: readonly PortableKey[];
}

export interface PortableKey {
  readonly instance: string | undefined;
  readonly secret: KeyObject;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Octets before anything else in an output slab. */
export const CONTROL_BYTES = 24;

/** Control words (int32) of an output slab. */
export const CONTROL_THREAD = 0;
/** Number of the message in work, from 1, which the deadline watches; {@link PROGRESS_DONE} after the last. */
export const CONTROL_PROGRESS = 1;
export const PROGRESS_DONE = -1;
/** Where the records start, and their length; 0 before the end. */
export const CONTROL_START = 2;
export const CONTROL_LENGTH = 3;
/** Microseconds that the worker spent, at the end. */
export const CONTROL_BUSY_US = 4;
