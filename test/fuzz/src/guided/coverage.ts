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
    this.#post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** Forgets what ran since the last look: loading, and our own looking around. */
  skip(): void {
    this.#post('Profiler.takePreciseCoverage');
  }

  /**
   * Whether anything ran since the last look that never ran before.
   * @param keep remember it; otherwise the same news can be had again
   */
  hasNews(keep: boolean): boolean {
    let news = false;
    for (const script of this.#take()) {
      for (const { ranges } of script.functions) {
        if ((ranges[0]?.count ?? 0) > 0 && this.#look(script.scriptId, ranges, keep)) news = true;
      }
    }
    return news;
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

  /** Whether the ranges of one function reach something new. */
  #look(scriptId: string, ranges: readonly Profiler.CoverageRange[], keep: boolean): boolean {
    const whole = ranges[0]!;
    const length = whole.endOffset - whole.startOffset;
    const key = `${scriptId}:${whole.startOffset}:${whole.endOffset}`;
    let known = this.#functions.get(key);
    if (known === undefined) {
      if (!keep) return true;
      known = { start: whole.startOffset, reached: new Uint8Array(length), missing: length, blocks: new Set() };
      this.#functions.set(key, known);
    }
    for (const range of ranges) known.blocks.add(range.startOffset);
    if (known.missing === 0) return false;
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    // Inner ranges come after the outer ones that they correct.
    for (const { startOffset, endOffset, count } of ranges) {
      this.#scratch.fill(count > 0 ? 1 : 0, startOffset - known.start, endOffset - known.start);
    }
    let news = false;
    for (let at = 0; at < length; at++) {
      if (this.#scratch[at] === 0 || known.reached[at] === 1) continue;
      news = true;
      if (!keep) break;
      known.reached[at] = 1;
      known.missing--;
    }
    return news;
  }

  #take(): Profiler.ScriptCoverage[] {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    return result.filter((script) => OURS.test(script.url));
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
