/** The loop: make inputs, run them, keep those that reach new code, report what breaks a promise. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Fault, isFaultCode } from '@parley/core';
import { Random } from '../documents/random.ts';
import type { Finding } from '../finding.ts';
import { minimise } from '../minimise.ts';
import type { Coverage, CoverageReport } from './coverage.ts';
import type { InHand } from './in-hand.ts';
import { Mutator } from './mutator.ts';
import type { SlowInput } from './slowest-inputs.ts';
import { SlowestInput } from './slowest-inputs.ts';
import type { Target } from './target.ts';
import { Violation } from './target.ts';

export interface TargetOptions {
  readonly seed: number;
  readonly executionsMax: number;
  readonly durationMs: number;
  /** Where inputs that reached new code are kept between runs; in memory only without it. */
  readonly corpusFolder: string | undefined;
}

export interface TargetReport {
  readonly target: string;
  readonly executions: number;
  readonly elapsedMs: number;
  readonly corpus: number;
  readonly coverage: CoverageReport;
  readonly findings: number;
  /** What took the longest for its size. */
  readonly slowest: SlowInput | undefined;
}

const BATCH_MIN = 64;
const BATCH_MAX = 8192;
const BATCH_BYTES = 1 << 22;
const SECOND_OPINION_EVERY = 1000;
const TIMED_EVERY = 256;
/** What any input may take; far more than any does, for machines are busy. */
const SLOW_MS = 50;
const SLOW_MS_PER_OCTET = 0.1;
const BUFFERS_BYTES_MAX = 512 * 1024 * 1024;
/** One fault can show in every second input: the first few kinds say enough. */
const FINDINGS_MAX = 10;

export class TargetFuzzer {
  readonly #target: Target;
  readonly #options: TargetOptions;
  readonly #coverage: Coverage;
  readonly #inHand: InHand;
  readonly #onFinding: (finding: Finding) => void;
  readonly #random: Random;
  readonly #mutator: Mutator;
  readonly #corpus: Uint8Array[] = [];
  readonly #arena = new Uint8Array(BATCH_BYTES);
  readonly #ends = new Int32Array(BATCH_MAX + 1);
  readonly #kinds = new Set<string>();
  readonly #slow = new SlowestInput();
  #executions = 0;

  constructor(
    target: Target,
    options: TargetOptions,
    surroundings: {
      readonly coverage: Coverage;
      readonly inHand: InHand;
      readonly onFinding: (finding: Finding) => void;
    },
  ) {
    this.#target = target;
    this.#options = options;
    this.#coverage = surroundings.coverage;
    this.#inHand = surroundings.inHand;
    this.#onFinding = surroundings.onFinding;
    this.#random = new Random(options.seed);
    this.#mutator = new Mutator(this.#random, target.dictionary, target.inputBytesMax);
  }

  async run(): Promise<TargetReport> {
    const { executionsMax, durationMs } = this.#options;
    const startMs = performance.now();
    await this.#sow();
    let size = BATCH_MIN;
    while (this.#executions < executionsMax && performance.now() - startMs < durationMs) {
      const count = this.#fill(Math.min(size, executionsMax - this.#executions));
      const news = await this.#keepNews(0, count);
      size = news ? BATCH_MIN : Math.min(size * 2, BATCH_MAX);
      this.#askTwice(count);
      this.#executions += count;
      this.#checkMemory();
    }
    return {
      target: this.#target.name,
      executions: this.#executions,
      elapsedMs: performance.now() - startMs,
      corpus: this.#corpus.length,
      coverage: this.#coverage.report(),
      findings: this.#kinds.size,
      slowest: this.#slow.slowest,
    };
  }

  /** Runs the seeds, and what earlier runs kept. */
  async #sow(): Promise<void> {
    this.#coverage.look();
    for (const input of [...this.#target.seeds, ...this.#kept()]) {
      if (input.length > this.#target.inputBytesMax) continue;
      await this.#runOne(input);
      this.#executions++;
      this.#corpus.push(input);
    }
    this.#coverage.keep(this.#coverage.look());
    for (const input of this.#corpus) this.#askForOpinion(input);
    this.#coverage.look();
  }

  /** Makes a batch of inputs in the arena; how many. */
  #fill(size: number): number {
    let end = 0;
    let count = 0;
    while (count < size && end + this.#target.inputBytesMax <= BATCH_BYTES) {
      end += this.#mutator.write(this.#pick(), this.#pick(), this.#arena, end);
      this.#ends[++count] = end;
    }
    return count;
  }

  /** Every second time one of the youngest: what they reached is new. */
  #pick(): Uint8Array {
    const count = this.#corpus.length;
    const young = Math.min(count, 32);
    const index = this.#random.chance(50) ? count - 1 - this.#random.below(young) : this.#random.below(count);
    return this.#corpus[index]!;
  }

  async #runAll(from: number, to: number): Promise<void> {
    for (let index = from; index < to; index++) {
      const running = this.#runOne(this.#arenaInput(index), index % TIMED_EVERY === 0);
      // perf: most targets are done by now.
      if (running !== undefined) await running;
    }
  }

  /** Runs the inputs of [from, to), finds those that reach something new, by halves, and keeps them; whether any did. */
  async #keepNews(from: number, to: number): Promise<boolean> {
    await this.#runAll(from, to);
    const look = this.#coverage.look();
    if (!this.#coverage.isNews(look)) return false;
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      await this.#keepNews(from, middle);
      await this.#keepNews(middle, to);
    } else {
      const input = this.#arenaInput(from).slice();
      this.#corpus.push(input);
      this.#store(input);
      this.#askForOpinion(input);
      this.#coverage.look();
    }
    // Also what no input shows a second time: growth of a buffer, a value found in a cache.
    this.#coverage.keep(look);
    return true;
  }

  /** A second opinion on one input in a thousand. */
  #askTwice(count: number): void {
    if (this.#target.secondOpinion === undefined) return;
    for (let index = 0; index < count; index++) {
      if ((this.#executions + index) % SECOND_OPINION_EVERY === 0) this.#askForOpinion(this.#arenaInput(index));
    }
    this.#coverage.look();
  }

  /** What that runs is not the target's coverage. */
  #askForOpinion(input: Uint8Array): void {
    this.#inHand.take(input);
    try {
      this.#target.secondOpinion?.(input);
    } catch (error) {
      this.#judge(error, (kind) => this.#minimised(kind, input.slice()));
    }
  }

  #arenaInput(index: number): Uint8Array {
    return this.#arena.subarray(this.#ends[index], this.#ends[index + 1]);
  }

  #runOne(input: Uint8Array, timed = false): Promise<void> | undefined {
    this.#inHand.take(input);
    const startMs = timed ? performance.now() : 0;
    try {
      const running = this.#target.run(input);
      if (running !== undefined) return this.#settled(running, input);
    } catch (error) {
      this.#judge(error, (kind) => this.#minimised(kind, input.slice()));
    }
    if (timed) this.#judgeTime(input, performance.now() - startMs);
    return undefined;
  }

  async #settled(running: Promise<void>, input: Uint8Array): Promise<void> {
    try {
      await running;
    } catch (error) {
      // As it is: taking pieces away would want all of that to wait for every attempt.
      this.#judge(error, () => input.slice());
    }
  }

  /** Keeps the slowest, to make others of it; one that is far too slow is a finding. */
  #judgeTime(input: Uint8Array, ms: number): void {
    const again = (): void => {
      try {
        void this.#target.run(input);
      } catch {
        // Judged the first time.
      }
    };
    if (!this.#slow.offer(input, ms, again)) return;
    const { slowest } = this.#slow;
    if (slowest === undefined) return;
    this.#corpus.push(slowest.input);
    if (slowest.ms > slowMs(input))
      this.#judge(new Violation('slow', `${slowest.ms} ms for ${input.length} octets`), () => slowest.input);
  }

  #checkMemory(): void {
    const { arrayBuffers } = process.memoryUsage();
    if (arrayBuffers < BUFFERS_BYTES_MAX || this.#kinds.has('memory')) return;
    this.#report('memory', `${arrayBuffers} octets of buffers`, new Uint8Array(0));
  }

  #judge(error: unknown, smallest: (kind: string) => Uint8Array): void {
    const kind = kindOf(error, this.#target);
    if (kind === undefined || this.#kinds.has(kind) || this.#kinds.size === FINDINGS_MAX) return;
    this.#kinds.add(kind);
    const what = error instanceof Violation ? error.message : kind;
    this.#report(kind, what, smallest(kind));
  }

  #minimised(kind: string, input: Uint8Array): Uint8Array {
    const target = this.#target;
    return minimise(input, (smaller) => {
      this.#inHand.take(smaller);
      try {
        if (target.run(smaller) === undefined) target.secondOpinion?.(smaller);
        return false;
      } catch (error) {
        return kindOf(error, target) === kind;
      }
    });
  }

  #report(kind: string, what: string, input: Uint8Array): void {
    this.#kinds.add(kind);
    const { name } = this.#target;
    const command = `pnpm fuzz --target ${name} --seed ${this.#options.seed}`;
    this.#onFinding({ target: name, kind, what, input: Buffer.from(input).toString('base64'), command });
  }

  #kept(): Uint8Array[] {
    const folder = this.#folder();
    if (folder === undefined) return [];
    mkdirSync(folder, { recursive: true });
    return readdirSync(folder).map((name) => new Uint8Array(readFileSync(path.join(folder, name))));
  }

  #store(input: Uint8Array): void {
    const folder = this.#folder();
    if (folder === undefined) return;
    writeFileSync(path.join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16)), input);
  }

  #folder(): string | undefined {
    const { corpusFolder } = this.#options;
    return corpusFolder === undefined ? undefined : path.join(corpusFolder, this.#target.name);
  }
}

/** What kind of finding `error` is; `undefined` when it is an answer. */
export function kindOf(error: unknown, target: Target): string | undefined {
  if (error instanceof Violation) return error.kind;
  if (error instanceof Fault) {
    return isFaultCode(error.code) && error.code.startsWith(target.answers) ? undefined : `fault ${error.code}`;
  }
  return `thrown ${error instanceof Error ? `${error.name}: ${error.message.replaceAll(/\d+/gu, 'N')}` : typeof error}`;
}

function slowMs(input: Uint8Array): number {
  return SLOW_MS + input.length * SLOW_MS_PER_OCTET;
}
