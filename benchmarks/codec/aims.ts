/** What the codec is to reach on one core, said of the figures as they are: of CPU time, which other work hardly alters. */
import type { Measurement } from '../measure.ts';
import { LIBXML2_WASM } from './libxml2-wasm.ts';
import { LIBXMLJS2 } from './libxmljs2.ts';
import { CANONICALISE, SCAN, SCAN_AND_CANONICALISE } from './ours.ts';

interface Aim {
  readonly subject: string;
  readonly messages: readonly string[];
  readonly bound: 'at least' | 'at most';
  readonly value: number;
  readonly unit: string;
  /** From the CPU time of the subject, and that of our scan and C14N of the same message. */
  readonly of: (measurement: Measurement, oursUs: number) => number;
}

const MIDDLE = ['vector/signed-5k', 'vector/signed-20k'];

const megabytesPerSecond = ({ bytes, cpuUs }: Measurement): number => bytes / cpuUs.median;
const microseconds = ({ cpuUs }: Measurement): number => cpuUs.median;
const timesOurs = ({ cpuUs }: Measurement, oursUs: number): number => cpuUs.median / oursUs;

const AIMS: readonly Aim[] = [
  { subject: SCAN, messages: MIDDLE, bound: 'at least', value: 600, unit: 'MB/s', of: megabytesPerSecond },
  {
    subject: CANONICALISE,
    messages: ['vector/signed-5k'],
    bound: 'at most',
    value: 8,
    unit: 'us',
    of: microseconds,
  },
  { subject: LIBXML2_WASM, messages: MIDDLE, bound: 'at least', value: 10, unit: 'x our scan + C14N', of: timesOurs },
  { subject: LIBXMLJS2, messages: MIDDLE, bound: 'at least', value: 5, unit: 'x our scan + C14N', of: timesOurs },
];

/** A line for each aim that was measured: met or missed, and by what. */
export function aimLines(measurements: readonly Measurement[]): readonly string[] {
  return AIMS.flatMap((aim) => aim.messages.flatMap((message) => aimLine(aim, message, measurements)));
}

function aimLine(
  { subject, bound, value, unit, of }: Aim,
  message: string,
  measurements: readonly Measurement[],
): readonly string[] {
  const named = (wanted: string): Measurement | undefined =>
    measurements.find((candidate) => candidate.name === wanted && candidate.message === message);
  const measurement = named(subject);
  const ours = named(SCAN_AND_CANONICALISE);
  if (measurement === undefined || ours === undefined) return [];
  const reached = of(measurement, ours.cpuUs.median);
  const isMet = bound === 'at least' ? reached >= value : reached <= value;
  return [
    `${isMet ? 'met' : 'MISSED'}: ${subject}, ${message}: ${reached.toPrecision(3)} ${unit}, ${bound} ${value} wanted`,
  ];
}
