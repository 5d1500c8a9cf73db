/** What becomes of the pieces of an archive among workers that are slow, die, and come back: counted, not run. */

/** An archive as messages of its pieces. */
export interface SimulatedArchive {
  readonly segments: readonly number[];
  readonly shards: readonly number[];
}

/** What work costs on a core that has nothing else to do. */
export interface SimulatedCosts {
  /** Of a message, to be put into its shard. */
  readonly indexUs: number;
  /** Of a message, to be verified. */
  readonly verifyUs: number;
  /** Of a piece, whatever is in it. */
  readonly unitMs: number;
  /** Until a process that is begun takes its first piece. */
  readonly startMs: number;
  /** Until somebody who has found nothing looks again. */
  readonly pollMs: number;
}

export interface SimulatedFleet {
  readonly workers: number;
  /** Share of a core that each has. */
  readonly coreShare: number;
  /** Share of the workers that are so many times slower. */
  readonly stragglers: { readonly share: number; readonly times: number };
  /** Between two crashes of a worker, on average; infinite: none. */
  readonly crashEveryMs: number;
  /** A piece of whom nobody hears for so long goes to another. */
  readonly silenceMs: number;
}

export interface SimulatedRun {
  readonly elapsedMs: number;
  /** Pieces that were done, each once. */
  readonly units: number;
  /** Pieces that were begun and died with their worker. */
  readonly lostUnits: number;
  /** Messages worked on, those in vain included. */
  readonly messages: number;
  readonly crashes: number;
  /** Share of the time of all workers in which they worked on what was of use. */
  readonly usefulShare: number;
  /** Until all segments were indexed. */
  readonly indexedMs: number;
}

/** `random`: [0, 1), the chance of this run. */
export function simulate(
  archive: SimulatedArchive,
  costs: SimulatedCosts,
  fleet: SimulatedFleet,
  random: () => number,
): SimulatedRun {
  const crew = new Crew(costs, fleet, random);
  const indexed = phase(archive.segments, costs.indexUs, crew, costs, fleet);
  crew.waitUntil(indexed.endMs + costs.pollMs / 2);
  const verified = phase(archive.shards, costs.verifyUs, crew, costs, fleet);
  const usefulMs = indexed.usefulMs + verified.usefulMs;
  return {
    elapsedMs: verified.endMs,
    units: archive.segments.length + archive.shards.length,
    lostUnits: indexed.lost + verified.lost,
    messages: indexed.messages + verified.messages,
    crashes: crew.crashes,
    usefulShare: usefulMs / (fleet.workers * verified.endMs),
    indexedMs: indexed.endMs,
  };
}

interface Worker {
  freeMs: number;
  crashMs: number;
  readonly msPerUs: number;
}

/** Those who work, and when each of them dies next. */
class Crew {
  readonly #workers: Heap<Worker>;
  readonly #costs: SimulatedCosts;
  readonly #fleet: SimulatedFleet;
  readonly #random: () => number;
  crashes = 0;

  constructor(costs: SimulatedCosts, fleet: SimulatedFleet, random: () => number) {
    this.#costs = costs;
    this.#fleet = fleet;
    this.#random = random;
    this.#workers = new Heap(({ freeMs }) => freeMs);
    for (let index = 0; index < fleet.workers; index++) {
      const times = random() < fleet.stragglers.share ? fleet.stragglers.times : 1;
      const freeMs = costs.startMs;
      this.#workers.put({ freeMs, crashMs: this.#nextCrash(freeMs), msPerUs: times / fleet.coreShare / 1000 });
    }
  }

  next(): Worker {
    return this.#workers.take() as Worker;
  }

  back(worker: Worker): void {
    this.#workers.put(worker);
  }

  /** It dies, and another comes in its place. */
  died(worker: Worker): void {
    this.crashes += 1;
    worker.freeMs = worker.crashMs + this.#costs.startMs;
    worker.crashMs = this.#nextCrash(worker.freeMs);
    this.#workers.put(worker);
  }

  waitUntil(atMs: number): void {
    for (const worker of this.#workers.all()) {
      worker.freeMs = Math.max(worker.freeMs, atMs);
      this.#workers.put(worker);
    }
  }

  #nextCrash(atMs: number): number {
    const { crashEveryMs } = this.#fleet;
    return Number.isFinite(crashEveryMs) ? atMs - Math.log(1 - this.#random()) * crashEveryMs : crashEveryMs;
  }
}

interface Waiting {
  readonly messages: number;
  readonly fromMs: number;
}

interface Phase {
  endMs: number;
  lost: number;
  messages: number;
  usefulMs: number;
}

function phase(
  units: readonly number[],
  messageUs: number,
  crew: Crew,
  { unitMs }: SimulatedCosts,
  { silenceMs }: SimulatedFleet,
): Phase {
  const waiting = new Heap<Waiting>(({ fromMs }) => fromMs);
  for (const messages of units) waiting.put({ messages, fromMs: 0 });
  const outcome: Phase = { endMs: 0, lost: 0, messages: 0, usefulMs: 0 };
  for (let unit = waiting.take(); unit !== undefined; unit = waiting.take()) {
    const worker = crew.next();
    const beginMs = Math.max(worker.freeMs, unit.fromMs);
    const tookMs = unitMs + unit.messages * messageUs * worker.msPerUs;
    if (worker.crashMs >= beginMs + tookMs) {
      worker.freeMs = beginMs + tookMs;
      outcome.endMs = Math.max(outcome.endMs, worker.freeMs);
      outcome.usefulMs += tookMs;
      outcome.messages += unit.messages;
      crew.back(worker);
    } else if (worker.crashMs <= beginMs) {
      // It died idle: nothing is lost.
      waiting.put(unit);
      crew.died(worker);
    } else {
      outcome.lost += 1;
      outcome.messages += Math.round((unit.messages * (worker.crashMs - beginMs)) / tookMs);
      waiting.put({ messages: unit.messages, fromMs: worker.crashMs + silenceMs });
      crew.died(worker);
    }
  }
  return outcome;
}

/** The least first. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #of: (item: T) => number;

  constructor(of: (item: T) => number) {
    this.#of = of;
  }

  put(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let above = (at - 1) >> 1; at > 0 && this.#of(items[above] as T) > this.#of(item); above = (at - 1) >> 1) {
      items[at] = items[above] as T;
      at = above;
    }
    items[at] = item;
  }

  take(): T | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (first === undefined || last === undefined || this.#items.length === 0) return first;
    const items = this.#items;
    let at = 0;
    for (let below = 1; below < items.length; below = 2 * at + 1) {
      if (below + 1 < items.length && this.#of(items[below + 1] as T) < this.#of(items[below] as T)) below += 1;
      if (this.#of(items[below] as T) >= this.#of(last)) break;
      items[at] = items[below] as T;
      at = below;
    }
    items[at] = last;
    return first;
  }

  /** Takes all of them out. */
  all(): T[] {
    return this.#items.splice(0);
  }
}
