/** V8's precise block coverage of our own packages, as a measure of what an input reached for the first time. */
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector';

const OURS = /\/packages\/[a-z]+\/dist\/.*\.js$/u;

interface CoveredFunction {
  readonly start: number;
  /** One octet for each character of the function: 1 once it was reached. */
  readonly reached: Uint8Array;
  missing: number;
  /** Where blocks begin. */
  readonly blocks: Set<number>;
}

interface RanFunction {
  readonly key: string;
  readonly ranges: readonly Profiler.CoverageRange[];
}

/** Our functions that ran between two looks. */
export type Look = readonly RanFunction[];

export interface CoverageReport {
  readonly functions: number;
  readonly functionsReached: number;
  readonly blocks: number;
  readonly blocksReached: number;
}

/** Start it before the code to be covered is loaded: what is compiled earlier has no blocks. */
export class Coverage {
  readonly #session = new Session();
  readonly #functions = new Map<string, CoveredFunction>();
  #scratch = new Uint8Array(4096);

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    // Counts, although only zero matters: without them a function that ran wholly is reported once and never again.
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What ran since the last look. */
  look(): Look {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    return result
      .filter((script) => OURS.test(script.url))
      .flatMap(({ scriptId, functions }) =>
        functions
          .filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0)
          .map(({ ranges }) => ({ key: `${scriptId}:${ranges[0]!.startOffset}:${ranges[0]!.endOffset}`, ranges })),
      );
  }

  /** Whether anything ran there that is not kept yet. */
  isNews(look: Look): boolean {
    return look.some((ran) => this.#paint(ran, false));
  }

  /** Remembers what ran there. */
  keep(look: Look): void {
    for (const ran of look) this.#paint(ran, true);
  }

  report(): CoverageReport {
    const touched = new Set([...this.#functions.keys()].map((key) => key.slice(0, key.indexOf(':'))));
    let functions = 0;
    const { result } = this.#post('Profiler.getBestEffortCoverage') as Profiler.GetBestEffortCoverageReturnType;
    // The first function of a script is the script itself.
    for (const script of result) if (touched.has(script.scriptId)) functions += script.functions.length - 1;
    let blocks = 0;
    let blocksReached = 0;
    for (const { start, reached, blocks: starts } of this.#functions.values()) {
      blocks += starts.size;
      for (const at of starts) blocksReached += reached[at - start]!;
    }
    const functionsReached = this.#functions.size;
    return { functions: Math.max(functions, functionsReached), functionsReached, blocks, blocksReached };
  }

  /** Whether one function reached something new. */
  #paint({ key, ranges }: RanFunction, keep: boolean): boolean {
    const { startOffset: start, endOffset: end } = ranges[0]!;
    const length = end - start;
    let known = this.#functions.get(key);
    if (known === undefined) {
      if (!keep) return true;
      known = { start, reached: new Uint8Array(length), missing: length, blocks: new Set() };
      this.#functions.set(key, known);
    }
    for (const range of ranges) known.blocks.add(range.startOffset);
    if (known.missing === 0) return false;
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    const scratch = this.#scratch;
    // Inner ranges come after the outer ones that they correct.
    for (const { startOffset, endOffset, count } of ranges)
      scratch.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
    const { reached } = known;
    let news = 0;
    for (let at = 0; at < length; at++) {
      if (scratch[at] === 0 || reached[at] === 1) continue;
      news++;
      if (!keep) break;
      reached[at] = 1;
    }
    if (keep) known.missing -= news;
    return news > 0;
  }

  /** Answers before `post` returns: the session is with this very thread. */
  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer;
  }
}
