/** Which partitions are ours, and since when. */
export class Assignment {
  readonly #epochs = new Map<string, number>();
  #epoch = 0;

  /** What is kept goes on; what is new, or comes back, begins a new epoch. */
  set(partitions: Readonly<Record<string, readonly number[]>>): void {
    const names = new Set(
      Object.entries(partitions).flatMap(([topic, list]) => list.map((partition) => nameOf(topic, partition))),
    );
    for (const name of this.#epochs.keys()) if (!names.has(name)) this.#epochs.delete(name);
    this.#epoch++;
    for (const name of names) if (!this.#epochs.has(name)) this.#epochs.set(name, this.#epoch);
  }

  epochOf(topic: string, partition: number): number | undefined {
    return this.#epochs.get(nameOf(topic, partition));
  }

  isOurs({
    topic,
    partition,
    epoch,
  }: {
    readonly topic: string;
    readonly partition: number;
    readonly epoch: number;
  }): boolean {
    return this.epochOf(topic, partition) === epoch;
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
