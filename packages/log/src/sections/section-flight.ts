import type { FailedReply } from '@parley/core';
import type { AttachedContext, Errands } from '@parley/engine/internal';
import { CONTROL_BYTES, newSlab } from '@parley/engine/internal';
import type { FileSection, OctetsSection } from './section.ts';
import { SectionRecords } from './section-records.ts';
import type { SectionRules, SectionSource, SectionTask } from './section-task.ts';
import { SECTION } from './section-task.ts';

const OUTPUT_BYTES = 128 * 1024;
const KEPT_OUTPUTS_MAX = 64;
/** Workers that may be lost over a section before it goes the long way. */
const SENDINGS_MAX = 2;
/** As of single messages: contexts that are evicted as often as they are asked for. */
const ROUNDS_MAX = 8;

/** Where what is read lies. */
export function sourceOf(section: FileSection | OctetsSection): SectionSource {
  if (section.kind === 'file') {
    const { fd, start, end } = section;
    return { fd, octets: undefined, start, end, isStart: start === 0 };
  }
  const { octets, isStart } = section;
  return { fd: undefined, octets: octets.buffer, start: 0, end: octets.length, isStart };
}

/** Sends sections to workers, and has what they lack looked up. */
export class SectionFlights {
  readonly #errands: Errands;
  readonly #rules: SectionRules;
  readonly #outputs: SectionRecords['slab'][] = [];

  constructor(errands: Errands, rules: SectionRules) {
    this.#errands = errands;
    this.#rules = rules;
  }

  /**
   * What the workers say of `section`, in rounds: each has the records of the lines for which the one before lacked a context.
   * `undefined` when workers were lost over it. {@link recycle} them when they are read.
   */
  async fly(section: FileSection | OctetsSection): Promise<readonly SectionRecords[] | undefined> {
    const rounds: SectionRecords[] = [];
    const contexts: AttachedContext[] = [];
    const failures: (readonly [string, FailedReply])[] = [];
    let lines: readonly number[] | undefined;
    for (let round = 0; round <= ROUNDS_MAX; round++) {
      const { needs, records } = (await this.#send({ source: sourceOf(section), lines, contexts, failures })) ?? {};
      if (records === undefined || needs === undefined) return undefined;
      rounds.push(records);
      if (needs.lines.length === 0) break;
      lines = needs.lines;
      const found = await Promise.all(needs.identifiers.map((identifier) => this.#errands.lookUp(identifier)));
      for (const [index, one] of found.entries()) {
        if ('ok' in one) failures.push([needs.identifiers[index] ?? '', one]);
        else contexts.push(one);
      }
    }
    return rounds;
  }

  /** Takes the memory of records back. */
  recycle(rounds: readonly SectionRecords[]): void {
    for (const { slab } of rounds) if (this.#outputs.length < KEPT_OUTPUTS_MAX) this.#outputs.push(slab);
  }

  async #send(
    task: Pick<SectionTask, 'source' | 'lines' | 'contexts' | 'failures'>,
  ): Promise<{ readonly records: SectionRecords; readonly needs: SectionRecords['needs'] } | undefined> {
    for (let sending = 0; sending < SENDINGS_MAX; sending++) {
      const output = this.#outputs.pop() ?? newSlab(OUTPUT_BYTES);
      output.fill(0, 0, CONTROL_BYTES);
      try {
        const given: SectionTask = { ...task, kind: SECTION, rules: this.#rules, output: output.buffer };
        const records = new SectionRecords(await this.#errands.run(given));
        return { records, needs: records.needs };
      } catch {
        // Its output is not used again: a worker that was lost might not be quite dead.
      }
    }
    return undefined;
  }
}
