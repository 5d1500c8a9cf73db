import type { SequenceHeaders } from '@parley/conversation';
import { LogReplayCache } from '../log-replay-cache.ts';
import { lineOf } from '../result-line.ts';
import type { Refused, VerifySummary } from '../tally.ts';
import { Tally } from '../tally.ts';
import type { LogResult, SequenceFollower } from '../verify-log.ts';
import type { Refusal, ToldRecord } from './rounds.ts';
import { contextOf, idOf, recordsOf, refusalOf, resultOf } from './rounds.ts';
import type { SectionedLog } from './section.ts';
import type { SectionRecords } from './section-records.ts';
import type { WantedResults } from './section-task.ts';
import { GOOD, Word } from './section-task.ts';

/** What becomes of results. */
export interface SettlementOptions {
  /** Refuses what was seen before with `peer.replay`; `allow` refuses nothing. Default: a cache of this run. */
  readonly replay?: LogReplayCache | 'allow' | undefined;
  /** Which lines of the results are wanted. */
  readonly results: WantedResults;
  /** Told lines of the results, each with its end, in the order of the log; the next wait for what it returns. */
  readonly onResults?: ((lines: string) => void | Promise<void>) | undefined;
  /** Told how many more messages were answered. */
  readonly onAnswered?: ((valid: number, refused: number) => void) | undefined;
  /** Follows the sequences of messages that are proven. */
  readonly sequences?: SequenceFollower | undefined;
  /** Aborted, and nothing more judged, at the first refusal. */
  readonly failFast?: AbortController | undefined;
}

/** Makes results of what is said of each message, in the order of the log: replays, counts, lines. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #replays: LogReplayCache | undefined;
  readonly #tally = new Tally();
  #lines = '';
  #valid = 0;
  #refused = 0;

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.#replays = options.replay === 'allow' ? undefined : (options.replay ?? new LogReplayCache());
  }

  summary(elapsedMs: number, complete: boolean): VerifySummary {
    return this.#tally.summary(elapsedMs, complete);
  }

  /** What workers say of a section of `log`, in rounds. */
  async records(log: SectionedLog, rounds: readonly SectionRecords[]): Promise<void> {
    for (const told of recordsOf(rounds)) {
      if (this.#isOver) break;
      this.#record(log, told);
    }
    log.lines += rounds[0]?.texts.lines ?? 0;
    await this.#tell();
  }

  /** What was found the long way. */
  async result(given: LogResult, lengthBytes: number, sequences: SequenceHeaders | undefined): Promise<void> {
    if (this.#isOver) return;
    const { results } = this.#options;
    this.#tally.octets += lengthBytes;
    let result = given;
    if (given.ok && this.#replays !== undefined && sequences?.numbered === undefined) {
      const { identifier = '', replayKey } = given.verdict;
      if (replayKey !== '' && !this.#replays.insertIfAbsent(identifier, replayKey))
        result = { id: given.id, ok: false, atMs: given.atMs, code: 'peer.replay', detail: { identifier } };
    }
    if (result.ok && sequences !== undefined)
      this.#options.sequences?.ledger.add(result.verdict.identifier ?? '', sequences);
    if (result.ok) this.#good();
    else this.#refuse(result, () => result.id);
    if (results === 'all' || (results === 'refused' && !result.ok)) this.#lines += `${lineOf(result)}\n`;
    await this.#tell();
  }

  /** Whether the first refusal was the end. */
  get #isOver(): boolean {
    return this.#options.failFast?.signal.aborted === true;
  }

  #record(log: SectionedLog, told: ToldRecord): void {
    const { records, at } = told;
    this.#tally.octets += records.word(at, Word.lengthBytes);
    const refused = refusalOf(told);
    const refusal = refused ?? this.#replayOf(told);
    if (refusal === undefined) this.#good();
    else this.#refuse({ code: refusal[0], detail: refusal[1] }, () => idOf(log, told));
    if (this.#options.results === 'none') return;
    // What the worker could not know yet, it has made no line of.
    if (refusal !== undefined && records.word(at, Word.status) <= GOOD) {
      const [code, detail] = refusal;
      this.#lines += `${lineOf({ id: idOf(log, told), ok: false, atMs: records.atMs(at), code, detail })}\n`;
    } else this.#lines += resultOf(log, told);
  }

  /** The refusal of what was seen before. */
  #replayOf(told: ToldRecord): Refusal | undefined {
    const { records, at } = told;
    const { sequences } = this.#options;
    const said = sequences && records.texts.sequences[records.word(at, Word.sequences) - 1];
    // No print begins with 0.
    const first = records.word(at, Word.print);
    if (this.#replays !== undefined && first !== 0 && said?.numbered === undefined) {
      if (!this.#replays.insertPrint(first, records.word(at, Word.print + 1), records.word(at, Word.print + 2)))
        return ['peer.replay', { identifier: contextOf(told) }];
    }
    if (said !== undefined) sequences?.ledger.add(contextOf(told), said);
    return undefined;
  }

  #good(): void {
    this.#tally.good();
    this.#valid += 1;
  }

  #refuse(refused: Refused, id: () => string): void {
    this.#tally.refused(refused, id);
    this.#refused += 1;
    this.#options.failFast?.abort();
  }

  async #tell(): Promise<void> {
    this.#options.onAnswered?.(this.#valid, this.#refused);
    this.#valid = 0;
    this.#refused = 0;
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') await this.#options.onResults?.(lines);
  }
}
