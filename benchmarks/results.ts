/** What `--json` prints; README.md says what it means. */
import type { AllocationMeasurement } from './allocation/allocation.ts';
import type { HttpMeasurement } from './http/http.ts';
import type { LogMeasurement } from './log/log.ts';
import type { Machine } from './machine.ts';
import type { Measurement } from './measure.ts';
import type { ScaleMeasurement } from './scale/scale.ts';
import type { ScalingMeasurement } from './scaling/scaling.ts';
import type { SoakMeasurement } from './soak/soak.ts';

export const RESULTS_FORMAT = 'parley-benchmarks/1';

export const SUITES = [
  'kernels',
  'codec',
  'allocation',
  'scaling',
  'pipeline',
  'log',
  'pool',
  'peers',
  'messages',
  'sequences',
  'http',
  'soak',
  'scale',
] as const;
/** Without `--only`: what says most in the shortest time. */
export const SHORT_SET: readonly SuiteName[] = ['kernels', 'pipeline', 'log', 'pool'];
export type SuiteName = (typeof SUITES)[number];

/** What each suite gives. */
export interface SuiteResults extends Readonly<Record<TimedSuite, readonly Measurement[]>> {
  readonly allocation: readonly AllocationMeasurement[];
  readonly scaling: readonly ScalingMeasurement[];
  readonly log: readonly LogMeasurement[];
  readonly http: readonly HttpMeasurement[];
  readonly soak: readonly SoakMeasurement[];
  readonly scale: readonly ScaleMeasurement[];
}

/** The suites that are tables of times. */
export type TimedSuite = Exclude<SuiteName, 'allocation' | 'scaling' | 'log' | 'http' | 'soak' | 'scale'>;

export interface Results {
  readonly format: typeof RESULTS_FORMAT;
  readonly machine: Machine;
  readonly settings: Settings;
  readonly suites: Partial<SuiteResults>;
}

export interface Settings {
  readonly rounds: number;
  /** For one subject in one round of kernels, codec, peers and messages. */
  readonly roundMs: number;
  /** At most, for one of these subjects, before the first round. */
  readonly warmUpMs: number;
  /** In one run of pipeline, log and pool. */
  readonly messages: number;
  /** Of each shape, in allocation. */
  readonly allocatingMessages: number;
  /** Octets of the largest document in scaling. */
  readonly largestBytes: number;
  /** In http, at once. */
  readonly connections: number;
  /** In soak. */
  readonly soakMessages: number;
  /** At most, in the store of scale. */
  readonly contextsMax: number;
}
