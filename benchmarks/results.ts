/** What `--json` prints; README.md says what it means. */
import type { Machine } from './machine.ts';
import type { Measurement } from './measure.ts';

export const RESULTS_FORMAT = 'parley-benchmarks/1';

export const SUITES = ['kernels', 'pipeline', 'pool', 'peers'] as const;
export type SuiteName = (typeof SUITES)[number];

export interface Results {
  readonly format: typeof RESULTS_FORMAT;
  readonly machine: Machine;
  readonly settings: Settings;
  readonly suites: Readonly<Partial<Record<SuiteName, readonly Measurement[]>>>;
}

export interface Settings {
  readonly rounds: number;
  /** For one subject in one round, kernels and peers. */
  readonly roundMs: number;
  /** At most, for one of these subjects, before the first round. */
  readonly warmUpMs: number;
  /** In one run of pipeline and pool. */
  readonly messages: number;
}
