/** The sequences of a whole log: what of each is there, what is missing, what came twice or out of turn. */
import type { NumberRange, SequenceHeaders } from '@parley/conversation';
import type { Kind } from '@parley/core/internal';
import { listOf, objectWith, optional, requireKind, TEXT, whole } from '@parley/core/internal';
import { NumberLedger } from './number-ledger.ts';

/** What a log has of one sequence. */
export interface SequenceReport {
  /** Identifier of the context that proved its messages. */
  readonly context: string;
  readonly sequence: string;
  /** Numbers that are there. */
  readonly messages: number;
  /** The highest number that is there, or was acknowledged. */
  readonly last: number;
  /** Numbers up to the highest that are not there: at most 100 ranges of them. */
  readonly missing: readonly NumberRange[];
  /** Messages whose number was there before: sent again, which is no fault. */
  readonly repeated: number;
  /** Messages that came behind one with a higher number. */
  readonly overtaken: number;
  /** Numbers that the other side has acknowledged, and that are not there. */
  readonly acknowledgedOnly: number;
}

/** What it follows of the headers of a message. */
export interface FollowedHeaders {
  readonly numbered: Pick<Numbered, 'identifier' | 'number'> | undefined;
  readonly acknowledgements: readonly Pick<Acknowledgement, 'identifier' | 'ranges'>[];
}

type Numbered = NonNullable<SequenceHeaders['numbered']>;
type Acknowledgement = SequenceHeaders['acknowledgements'][number];

const RANGE: Kind<NumberRange> = objectWith<NumberRange>({ lower: whole(1), upper: whole(1) });
const HEADERS: Kind<FollowedHeaders> = objectWith<FollowedHeaders>({
  numbered: optional(objectWith<NonNullable<FollowedHeaders['numbered']>>({ identifier: TEXT, number: whole(1) })),
  acknowledgements: listOf(
    objectWith<FollowedHeaders['acknowledgements'][number]>({ identifier: TEXT, ranges: listOf(RANGE) }),
  ),
});

const MISSING_MAX = 100;

interface Kept {
  readonly context: string;
  readonly sequence: string;
  readonly numbers: NumberLedger;
  readonly acknowledged: NumberLedger;
  repeated: number;
  overtaken: number;
}

/** Follows the sequences of messages that were proven, in the order of the log. */
export class SequenceLedger {
  readonly #sequences = new Map<string, Kept>();

  /** Takes what a message under `context` says. @throws Fault `caller.option-invalid` */
  add(context: string, headers: FollowedHeaders): void {
    requireKind(TEXT, context, 'context');
    requireKind(HEADERS, headers, 'headers');
    const { numbered, acknowledgements } = headers;
    for (const { identifier, ranges } of acknowledgements) {
      const { acknowledged } = this.#of(context, identifier);
      for (const range of ranges) acknowledged.addRange(range);
    }
    if (numbered === undefined) return;
    const kept = this.#of(context, numbered.identifier);
    if (kept.numbers.has(numbered.number)) kept.repeated++;
    else if (numbered.number < kept.numbers.highest) kept.overtaken++;
    kept.numbers.addRange({ lower: numbered.number, upper: numbered.number });
  }

  /** In the order in which the sequences were met. */
  reports(): readonly SequenceReport[] {
    return [...this.#sequences.values()].map(({ context, sequence, numbers, acknowledged, repeated, overtaken }) => {
      const last = Math.max(numbers.highest, acknowledged.highest);
      return {
        context,
        sequence,
        messages: numbers.count,
        last,
        missing: numbers.missing(last).slice(0, MISSING_MAX),
        repeated,
        overtaken,
        acknowledgedOnly: acknowledged.countWithout(numbers),
      };
    });
  }

  #of(context: string, sequence: string): Kept {
    const name = `${context.length}:${context}${sequence}`;
    let kept = this.#sequences.get(name);
    if (kept === undefined) {
      const ledgers = { numbers: new NumberLedger(), acknowledged: new NumberLedger() };
      kept = { context, sequence, ...ledgers, repeated: 0, overtaken: 0 };
      this.#sequences.set(name, kept);
    }
    return kept;
  }
}
