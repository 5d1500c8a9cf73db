/** Whether two samples of times differ: Welch's t, as leakage tests use it (TVLA). */

export interface Comparison {
  readonly meanNs: readonly [number, number];
  readonly t: number;
}

/**
 * Compares the samples without their slowest tenth, which is the machine's doing (the collector, other programs). The limit
 * is common to both, so that it favours neither.
 */
export function compareTimes(left: Float64Array, right: Float64Array): Comparison {
  const all = Float64Array.of(...left, ...right).sort();
  const limit = all[Math.floor(all.length * 0.9)] ?? Number.POSITIVE_INFINITY;
  const a = momentsOf(left.filter((value) => value <= limit));
  const b = momentsOf(right.filter((value) => value <= limit));
  const t = (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
  return { meanNs: [a.mean, b.mean], t };
}

function momentsOf(values: Float64Array): { mean: number; variance: number; count: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance, count: values.length };
}
