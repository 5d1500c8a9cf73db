import {
  CONTROL_BUSY_US,
  CONTROL_BYTES,
  CONTROL_LENGTH,
  CONTROL_PROGRESS,
  CONTROL_START,
  CONTROL_THREAD,
  PROGRESS_DONE,
} from './task.ts';

const WORDS = CONTROL_BYTES / Int32Array.BYTES_PER_ELEMENT;

/** The control words of a task, as main reads them. */
export class Control {
  readonly #words: Int32Array;
  #progress = 0;
  #progressSinceMs: number;

  /** Of the task that answers into `output`, whatever was there before, and is sent at `nowMs` of a steady clock. */
  constructor(output: SharedArrayBuffer, nowMs: number) {
    this.#words = new Int32Array(output, 0, WORDS).fill(0);
    this.#progressSinceMs = nowMs;
  }

  /** The thread that took it up; 0 before. */
  get threadId(): number {
    return Atomics.load(this.#words, CONTROL_THREAD);
  }

  /** What the worker spent on it, at the end. */
  get busyMs(): number {
    return Atomics.load(this.#words, CONTROL_BUSY_US) / 1000;
  }

  /** Whether the worker came to the end of it. */
  get isDone(): boolean {
    return Atomics.load(this.#words, CONTROL_PROGRESS) === PROGRESS_DONE;
  }

  /** Where the records of the answer are, once it is done. */
  get answer(): { readonly start: number; readonly length: number } {
    return { start: Atomics.load(this.#words, CONTROL_START), length: Atomics.load(this.#words, CONTROL_LENGTH) };
  }

  /** How long the message in work has been in work, or the answer on its way. */
  stalledMs(nowMs: number): number {
    const progress = Atomics.load(this.#words, CONTROL_PROGRESS);
    if (progress !== this.#progress || this.threadId === 0) {
      this.#progress = progress;
      this.#progressSinceMs = nowMs;
    }
    return nowMs - this.#progressSinceMs;
  }
}

/** The control words as a worker writes them. */
export class WorkerControl {
  readonly #words: Int32Array;
  readonly #startedMs: number;

  /** Says that the thread `threadId` has taken up the task that answers into `output`. */
  constructor(output: SharedArrayBuffer, threadId: number) {
    this.#startedMs = performance.now();
    this.#words = new Int32Array(output, 0, WORDS);
    Atomics.store(this.#words, CONTROL_THREAD, threadId);
  }

  /** The message of this number, from 1, is in work. */
  begin(number: number): void {
    Atomics.store(this.#words, CONTROL_PROGRESS, number);
  }

  /** All is done, and the records are there. */
  done(start: number, length: number): void {
    Atomics.store(this.#words, CONTROL_START, start);
    Atomics.store(this.#words, CONTROL_LENGTH, length);
    Atomics.store(this.#words, CONTROL_BUSY_US, Math.round((performance.now() - this.#startedMs) * 1000));
    Atomics.store(this.#words, CONTROL_PROGRESS, PROGRESS_DONE);
  }
}
