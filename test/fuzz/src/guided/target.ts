/** What the coverage-guided fuzzer runs: one entry into the code, with what must hold there. */
export interface Target {
  readonly name: string;
  /** Of 1,000 executions of all targets together. */
  readonly share: number;
  readonly inputBytesMax: number;
  readonly seeds: readonly Uint8Array[];
  /** Pieces worth inserting. */
  readonly dictionary: readonly string[];
  /**
   * Runs one input. A Fault with a code of `answers` is an answer; anything else thrown is a finding, a
   * {@link Violation} above all. Must depend on nothing but `input`, which it borrows.
   */
  readonly run: (input: Uint8Array) => void | Promise<void>;
  /** The blame that an answer may carry. */
  readonly answers: 'peer.' | 'caller.';
  /** A second opinion that costs more, asked for one input in a thousand and for all that reach new code. */
  readonly secondOpinion?: (input: Uint8Array) => void;
}

/** Something that must hold did not. */
export class Violation extends Error {
  /** Short and stable: findings of one kind are taken for one fault. */
  readonly kind: string;

  constructor(kind: string, what: string) {
    super(what);
    this.kind = kind;
  }
}

/** @throws Violation unless `holds` */
export function demand(holds: boolean, kind: string, what: () => string): void {
  if (!holds) throw new Violation(kind, what());
}
