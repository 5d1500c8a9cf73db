import { stat } from 'node:fs/promises';

/**
 * Looks at files again and again: whether they are still what they were. Events of file systems miss what is replaced through links,
 * as secrets of Kubernetes are. A file may be in the middle of being written: what counts is what two looks find the same.
 */
export class WatchedFiles {
  readonly #timer: NodeJS.Timeout;
  readonly #changed: () => Promise<ReadonlySet<string>>;
  #seen = new Map<string, string>();
  #before = new Map<string, string>();
  #isLooking = false;

  /** `changed` is called when one of the files is another, and says which there are from then on. */
  private constructor(everyMs: number, changed: () => Promise<ReadonlySet<string>>) {
    this.#changed = changed;
    this.#timer = setInterval(() => void this.#look(), everyMs).unref();
  }

  static async of(
    files: ReadonlySet<string>,
    everyMs: number,
    changed: () => Promise<ReadonlySet<string>>,
  ): Promise<WatchedFiles> {
    const watched = new WatchedFiles(everyMs, changed);
    watched.#seen = await marksOf(files);
    return watched;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const now = await marksOf(new Set(this.#seen.keys()));
      const isSettled = areEqual(now, this.#before);
      this.#before = now;
      if (!isSettled || areEqual(now, this.#seen)) return;
      this.#seen = now;
      const files = await this.#changed();
      for (const [file, mark] of await marksOf(files)) if (!this.#seen.has(file)) this.#seen.set(file, mark);
    } finally {
      this.#isLooking = false;
    }
  }
}

function areEqual(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return [...one].every(([file, mark]) => other.get(file) === mark);
}

async function marksOf(files: ReadonlySet<string>): Promise<Map<string, string>> {
  const marks = await Promise.all(
    [...files].map(async (file): Promise<[string, string]> => {
      const status = await stat(file).catch(() => undefined);
      return [file, `${status?.ino} ${status?.size} ${status?.mtimeMs}`];
    }),
  );
  return new Map(marks);
}
