import { statSync } from 'node:fs';

/** Transactions that were begun and have not ended, by the folder that they write to. */
const UNDER_WAY = new Map<string, Set<Promise<unknown>>>();

/**
 * The transactions of this thread on one folder, whatever it is called. To open a database the driver waits on the calling thread for its write lock;
 * who has it waits for that thread to call back: a folder is not opened a second time before they have ended.
 */
export class CommitsUnderWay {
  readonly #folder: string;

  /** `directory` exists. */
  constructor(directory: string) {
    const { dev, ino } = statSync(directory, { bigint: true });
    this.#folder = `${dev}:${ino}`;
  }

  /** Until then none is under way; what comes next in the same turn finds it so. */
  async ended(): Promise<void> {
    for (let all = UNDER_WAY.get(this.#folder); all !== undefined; all = UNDER_WAY.get(this.#folder))
      await Promise.allSettled(all);
  }

  /** Runs a transaction. */
  async during<T>(commit: () => Promise<T>): Promise<T> {
    // One that cannot even begin is none: whoever waits for the others would wait for ever.
    const one = commit();
    const all = UNDER_WAY.get(this.#folder) ?? new Set();
    UNDER_WAY.set(this.#folder, all.add(one));
    try {
      return await one;
    } finally {
      all.delete(one);
      if (all.size === 0 && UNDER_WAY.get(this.#folder) === all) UNDER_WAY.delete(this.#folder);
    }
  }
}
