/** When contexts end that are only counted: how many of them are over by which instant. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How coarsely it is noted when contexts end, by how far off that is. */
const GRAIN_NEAR_MS = 10 * MINUTE_MS;
const GRAIN_FAR_MS = DAY_MS / 4;
/** What ends later is counted so long, and then once more when it is renewed or ends. */
const FAR_MAX_MS = 60 * DAY_MS;

/** Instant by which contexts are over and forgotten (epoch milliseconds) -> how many of them. */
export type Ends = Readonly<Record<string, number>>;

/** How many there are, over or not. */
export function countOf(ends: Ends): number {
  return Object.values(ends).reduce((sum, count) => sum + count, 0);
}

/** Those that are not over at `nowMs`. */
export function endsAfter(ends: Ends, nowMs: number): Ends {
  return Object.fromEntries(Object.entries(ends).filter(([endMs]) => Number(endMs) > nowMs));
}

/** The latest of them; `undefined` where there is none. */
export function lastOf(ends: Ends): number | undefined {
  const all = Object.keys(ends).map(Number);
  return all.length === 0 ? undefined : Math.max(...all);
}

/** One more, that ends no earlier than `untilMs`, unless that is beyond all that is noted. */
export function withOne(ends: Ends, untilMs: number, nowMs: number): Ends {
  const farthestMs = Math.min(untilMs, nowMs + FAR_MAX_MS);
  const grainMs = farthestMs - nowMs > DAY_MS ? GRAIN_FAR_MS : GRAIN_NEAR_MS;
  const endMs = Math.ceil(farthestMs / grainMs) * grainMs;
  return { ...ends, [endMs]: (ends[endMs] ?? 0) + 1 };
}

/**
 * One less: of those that end no earlier, the next; else the last: how far off it was noted is not known any more. One that is over at `nowMs` is
 * counted no more: the place would be another's.
 */
export function withoutOne(ends: Ends, untilMs: number, nowMs: number): Ends {
  if (Math.ceil(untilMs / GRAIN_NEAR_MS) * GRAIN_NEAR_MS <= nowMs) return ends;
  const sorted = Object.keys(ends).sort((left, right) => Number(left) - Number(right));
  const found = sorted.find((endMs) => Number(endMs) >= untilMs) ?? sorted.at(-1);
  if (found === undefined) return ends;
  const { [found]: count = 1, ...others } = ends;
  return count > 1 ? { ...others, [found]: count - 1 } : others;
}
