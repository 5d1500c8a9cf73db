import type { MeterReading } from '@parley/core';

type Read = () => Iterable<MeterReading>;

/** Those who say what something is when they are asked. */
export class Watches {
  /** Whether what one said last stays when it ends: of a total it does. */
  readonly #atEnd: 'stay' | 'go';
  readonly #reads = new Set<Read>();
  /** Totals of those that ended, by their labels. */
  readonly #ended = new Map<string, MeterReading>();
  #isUsed = false;

  constructor(atEnd: 'stay' | 'go') {
    this.#atEnd = atEnd;
  }

  /** Whether there is, or was, anybody to ask. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** What is returned ends it. */
  begin(read: Read): () => void {
    const own: Read = () => read();
    this.#isUsed = true;
    this.#reads.add(own);
    return () => {
      if (this.#reads.delete(own) && this.#atEnd === 'stay') for (const last of asked(own)) this.#keep(last);
    };
  }

  *readings(): Iterable<MeterReading> {
    for (const read of this.#reads) yield* asked(read);
    yield* this.#ended.values();
  }

  #keep({ labels, value }: MeterReading): void {
    const key = JSON.stringify(Object.entries(labels).sort());
    this.#ended.set(key, { labels, value: value + (this.#ended.get(key)?.value ?? 0) });
  }
}

/** One that fails has nothing to say. */
function asked(read: Read): readonly MeterReading[] {
  try {
    return [...read()];
  } catch {
    return [];
  }
}
