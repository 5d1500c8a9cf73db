/** What may be inside at one time, and what happens to who comes then. */
export interface GateOptions {
  readonly bytesMax: number;
  readonly messagesMax: number;
  readonly whenFull: 'wait' | 'refuse';
}

/** `full`: refused, now and not to be waited for. */
export type Entry = 'in' | 'full' | 'closed';

interface Waiter {
  readonly bytes: number;
  readonly resolve: (entry: Entry) => void;
}

/**
 * Bounds what the pool has taken in and not yet answered. Callers enter in order of arrival; one message always fits
 * when nothing else is inside.
 */
export class Gate {
  readonly #options: GateOptions;
  // In order of arrival; a Set so that leaving is cheap at either end.
  readonly #waiters = new Set<Waiter>();
  readonly #whenEmpty: (() => void)[] = [];
  #bytes = 0;
  #messages = 0;
  #closed = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Octets inside. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Messages inside. */
  get messages(): number {
    return this.#messages;
  }

  /** Lets a message of `bytes` in, at once or when there is room. Each `in` is owed a {@link leave}. */
  enter(bytes: number): Entry | Promise<Entry> {
    if (this.#closed) return 'closed';
    if (this.#waiters.size === 0 && this.#fits(bytes)) return this.#admit(bytes);
    if (this.#options.whenFull === 'refuse' || this.#waiters.size >= this.#options.messagesMax) return 'full';
    return new Promise((resolve) => this.#waiters.add({ bytes, resolve }));
  }

  /** A message of `bytes` was answered. */
  leave(bytes: number): void {
    this.#bytes -= bytes;
    this.#messages--;
    for (const waiter of this.#waiters) {
      if (!this.#fits(waiter.bytes)) break;
      this.#waiters.delete(waiter);
      waiter.resolve(this.#admit(waiter.bytes));
    }
    if (this.#messages === 0) for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  /** Lets nobody in any more; resolves when nobody is inside. */
  close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.resolve('closed');
    this.#waiters.clear();
    return new Promise((resolve) => {
      if (this.#messages === 0) resolve();
      else this.#whenEmpty.push(resolve);
    });
  }

  #fits(bytes: number): boolean {
    if (this.#messages === 0) return true;
    return this.#messages < this.#options.messagesMax && this.#bytes + bytes <= this.#options.bytesMax;
  }

  #admit(bytes: number): Entry {
    this.#bytes += bytes;
    this.#messages++;
    return 'in';
  }
}
