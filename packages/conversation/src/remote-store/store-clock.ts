/** The clock of a server, asked now and then. */
const FRESH_MS = 10_000;

interface Asked {
  readonly serverMs: number;
  readonly atMs: number;
}

/**
 * The time of a server, by which all who share it judge what is kept there, whatever their own clocks are like. Between two questions it goes on as fast
 * as this process does, which no setting of its clock changes.
 */
export class StoreClock {
  readonly #ask: () => Promise<number>;
  #asked: Asked | undefined;
  #asking: Promise<Asked> | undefined;

  /** `ask`: epoch milliseconds, of the server. */
  constructor(ask: () => Promise<number>) {
    this.#ask = ask;
  }

  /** @throws Fault (rejects) as the server */
  async nowMs(): Promise<number> {
    const isFresh = this.#asked !== undefined && performance.now() - this.#asked.atMs < FRESH_MS;
    const { serverMs, atMs } = isFresh && this.#asked ? this.#asked : await this.#again();
    return serverMs + (performance.now() - atMs);
  }

  async #again(): Promise<Asked> {
    this.#asking ??= this.#question().finally(() => {
      this.#asking = undefined;
    });
    this.#asked = await this.#asking;
    return this.#asked;
  }

  async #question(): Promise<Asked> {
    const beforeMs = performance.now();
    const serverMs = await this.#ask();
    return { serverMs, atMs: (beforeMs + performance.now()) / 2 };
  }
}
