import type { CounterName, HistogramName, InstrumentName } from './instruments.ts';

/** Values by the names of labels. */
export type MeterLabels = Readonly<Record<string, string>>;

/** What something is now, or has come to. */
export interface MeterReading {
  readonly labels: MeterLabels;
  readonly value: number;
}

/**
 * Where what is measured goes. What it throws is ignored: whoever measures decides over no message. `prometheusMeter` of
 * `@parley/prometheus` is one.
 */
export interface Meter {
  /** So many more. */
  add(name: CounterName, labels: MeterLabels, by: number): void;
  /** One value of a distribution. */
  record(name: HistogramName, labels: MeterLabels, value: number): void;
  /**
   * Something that is asked when somebody wants to know; of a counter, its total so far. Ends when what is returned is called: then
   * a gauge is gone, and a total stays as it is. Readings of several with the same labels add up.
   */
  watch(name: InstrumentName, read: () => Iterable<MeterReading>): () => void;
}
