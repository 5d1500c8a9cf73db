import type { ResultRow } from '../tables/result-table.ts';

const FIRST_MAX = 5;
const CONTEXTS_MAX = 20;
const HOUR_CHARACTERS = '2026-01-15T12'.length;

/** Where a record stands. */
export interface Place {
  readonly id: string;
  readonly segment: number;
  readonly line: number;
}

/** How many messages of something there are, and how many of them are refused. */
export interface Counted {
  messages: number;
  refused: number;
}

export interface CountedContext extends Readonly<Counted> {
  readonly context: string;
}

/** What came of a unit, as numbers. Those of several add up. */
export interface UnitTally {
  readonly messages: number;
  readonly valid: number;
  /** Of the messages. */
  readonly octets: number;
  readonly refused: Readonly<Record<string, number>>;
  /** The first of each code, in the order of the archive, at most 5. */
  readonly first: Readonly<Record<string, readonly Place[]>>;
  /** By the hour in UTC as of which they were judged; `''` where nobody knows. */
  readonly hours: Readonly<Record<string, Readonly<Counted>>>;
  /** How many contexts there are. No two shards have one in common. */
  readonly contexts: number;
  /** At most 20: those with most refusals first, then those with most messages. */
  readonly topContexts: readonly CountedContext[];
}

/** Counts results. */
export class TallyKeeper {
  #messages = 0;
  #valid = 0;
  #octets = 0;
  readonly #refused = new Map<string, number>();
  readonly #first = new Map<string, Place[]>();
  readonly #hours = new Map<string, Counted>();
  readonly #contexts = new Map<string, Counted>();

  add(row: ResultRow): void {
    this.#messages += 1;
    this.#octets += row.message_bytes;
    count(this.#hours, row.judged_at?.toISOString().slice(0, HOUR_CHARACTERS) ?? '', row.ok);
    if (row.context !== undefined) count(this.#contexts, row.context, row.ok);
    if (row.code === undefined) {
      this.#valid += 1;
      return;
    }
    this.#refused.set(row.code, (this.#refused.get(row.code) ?? 0) + 1);
    const first = this.#first.get(row.code) ?? [];
    this.#first.set(row.code, first);
    if (first.length < FIRST_MAX) first.push({ id: row.id, segment: row.segment, line: row.line });
  }

  tally(): UnitTally {
    const contexts = [...this.#contexts].map(([context, counted]) => ({ context, ...counted }));
    return {
      messages: this.#messages,
      valid: this.#valid,
      octets: this.#octets,
      refused: Object.fromEntries(this.#refused),
      first: Object.fromEntries(this.#first),
      hours: Object.fromEntries(this.#hours),
      contexts: contexts.length,
      topContexts: top(contexts),
    };
  }
}

/** The sum of tallies. */
export function sumOf(tallies: Iterable<UnitTally>): UnitTally {
  const sum = { messages: 0, valid: 0, octets: 0, contexts: 0 };
  const refused = new Map<string, number>();
  const first = new Map<string, Place[]>();
  const hours = new Map<string, Counted>();
  let topContexts: readonly CountedContext[] = [];
  for (const tally of tallies) {
    for (const name of ['messages', 'valid', 'octets', 'contexts'] as const) sum[name] += tally[name];
    for (const [code, more] of Object.entries(tally.refused)) refused.set(code, (refused.get(code) ?? 0) + more);
    for (const [code, places] of Object.entries(tally.first)) first.set(code, earliest(first.get(code) ?? [], places));
    for (const [hour, more] of Object.entries(tally.hours)) {
      const counted = hours.get(hour) ?? { messages: 0, refused: 0 };
      hours.set(hour, { messages: counted.messages + more.messages, refused: counted.refused + more.refused });
    }
    topContexts = top([...topContexts, ...tally.topContexts]);
  }
  const codes = [...refused].sort(([left, few], [right, many]) => many - few || compared(left, right));
  return {
    ...sum,
    refused: Object.fromEntries(codes),
    first: Object.fromEntries(codes.map(([code]) => [code, first.get(code) ?? []])),
    hours: Object.fromEntries([...hours].sort(([left], [right]) => compared(left, right))),
    topContexts,
  };
}

function count(counts: Map<string, Counted>, name: string, isValid: boolean): void {
  const counted = counts.get(name) ?? { messages: 0, refused: 0 };
  counted.messages += 1;
  if (!isValid) counted.refused += 1;
  counts.set(name, counted);
}

function earliest(some: readonly Place[], more: readonly Place[]): Place[] {
  return [...some, ...more]
    .sort((left, right) => left.segment - right.segment || left.line - right.line)
    .slice(0, FIRST_MAX);
}

function top(contexts: readonly CountedContext[]): readonly CountedContext[] {
  return [...contexts]
    .sort(
      (left, right) =>
        right.refused - left.refused || right.messages - left.messages || compared(left.context, right.context),
    )
    .slice(0, CONTEXTS_MAX);
}

function compared(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
