/** Cost against size, from 1 KB on: is it linear, whatever the shape of the document? */
import type { CanonicalisationMethod } from '@parley/codec';
import { Tape } from '@parley/codec';
import { canonicalise, checkIds, OctetSink, scan } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { completeLimits } from '@parley/core/internal';
import type { Shape, Work } from './documents.ts';
import { SHAPES } from './documents.ts';

export interface ScalingMeasurement {
  readonly shape: string;
  readonly work: Work;
  readonly points: readonly ScalingPoint[];
  /** How the cost grows with the size: the exponent that fits best from 10 KB on. 1 is linear, 2 quadratic. */
  readonly exponent: number;
  readonly isLinear: boolean;
}

export interface ScalingPoint {
  /** Octets of the document. */
  readonly bytes: number;
  /** Time per octet of the document, nanoseconds: of the quickest run. */
  readonly nsPerOctet: number;
}

const SMALLEST_BYTES = 1000;
/** The fixed cost of a call is not what grows. */
const FITTED_FROM_BYTES = 10_000;
// Above a megabyte the plain scanner reads, and memory is slower than the caches of a core. Both are steps of up to ten
// times in four decades, which is 0.25; sorting is some 0.1. A square would be 2.
const LINEAR_MAX = 1.4;

const WARM_UP_MS = 200;
const POINT_MS = 60;
const RUNS_MIN = 3;
const RUNS_MAX = 5000;

/** Everything that a shape may have; what is unusual is refused by the defaults long before. */
const LIMITS: Limits = completeLimits({
  messageBytesMax: 2 ** 30,
  depthMax: 2 ** 30,
  nodesMax: 2 ** 30,
  attributesPerElementMax: 2 ** 30,
  namespacesPerElementMax: 2 ** 30,
  attributeValueBytesMax: 2 ** 30,
});

/** Measures every shape at 1 KB, 10 KB and so on up to `largestBytes`. */
export function measureScaling(largestBytes: number): readonly ScalingMeasurement[] {
  return SHAPES.flatMap((shape) => measureShape(shape, largestBytes));
}

function measureShape(shape: Shape, largestBytes: number): readonly ScalingMeasurement[] {
  const works: readonly Work[] = ['scan', ...shape.works];
  const points = new Map<Work, ScalingPoint[]>(works.map((work) => [work, []]));
  const tape = new Tape();
  warmUpPlainly(Buffer.from(shape.documentOf(FITTED_FROM_BYTES)), tape);
  for (let bytes = SMALLEST_BYTES; bytes <= largestBytes; bytes *= 10) {
    const octets = Buffer.from(shape.documentOf(bytes));
    const inclusivePrefixes = shape.inclusivePrefixesOf?.(bytes);
    for (const work of works) {
      const run = running(work, octets, tape, inclusivePrefixes);
      points.get(work)!.push({ bytes: octets.length, nsPerOctet: leastNs(run) / octets.length });
    }
  }
  return works.map((work) => {
    const exponent = exponentOf(points.get(work)!);
    return { shape: shape.name, work, points: points.get(work)!, exponent, isLinear: exponent <= LINEAR_MAX };
  });
}

/** Above a megabyte the plain scanner reads, which nothing small has called yet. */
function warmUpPlainly(octets: Uint8Array, tape: Tape): void {
  const start = performance.now();
  do scan(octets, LIMITS, tape, { plainly: true });
  while (performance.now() - start < WARM_UP_MS);
}

function running(work: Work, octets: Uint8Array, tape: Tape, prefixes: readonly string[] | undefined): () => void {
  // What is written is let go, so that it is the codec's memory that is measured.
  const sink = OctetSink.streaming(() => undefined);
  const canonicaliseAs = (method: CanonicalisationMethod) => (): void => {
    scan(octets, LIMITS, tape);
    canonicalise(tape, 0, sink, { method, inclusivePrefixes: prefixes });
    sink.flush();
  };
  switch (work) {
    case 'scan':
      return () => scan(octets, LIMITS, tape);
    case 'exclusive':
    case 'inclusive':
      return canonicaliseAs(work);
    case 'ids':
      return () => {
        scan(octets, LIMITS, tape);
        checkIds(tape);
      };
  }
}

/**
 * The quickest of as many runs as fit into a moment, after as many that are not counted. What else the machine does, and
 * the compiler, only ever adds; here nothing is compared with anything but another size.
 */
function leastNs(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  let runs = 0;
  const warmUp = performance.now();
  do run();
  while (performance.now() - warmUp < POINT_MS);
  const start = performance.now();
  do {
    const before = performance.now();
    run();
    least = Math.min(least, (performance.now() - before) * 1e6);
    runs++;
  } while (runs < RUNS_MIN || (runs < RUNS_MAX && performance.now() - start < POINT_MS));
  return least;
}

/** The slope of the line through the points, both axes logarithmic. */
function exponentOf(points: readonly ScalingPoint[]): number {
  const fitted = points.filter(({ bytes }) => bytes >= FITTED_FROM_BYTES * 0.9);
  const xs = fitted.map(({ bytes }) => Math.log(bytes));
  const ys = fitted.map(({ bytes, nsPerOctet }) => Math.log(bytes * nsPerOctet));
  const meanX = mean(xs);
  const meanY = mean(ys);
  const covariance = mean(xs.map((x, index) => (x - meanX) * (ys[index]! - meanY)));
  return covariance / mean(xs.map((x) => (x - meanX) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
