/**
 * Times whose entries were forgotten, as ranges `[from, to)` of whole numbers. What comes with such a time is refused, for nobody can tell whether it came before.
 * Nothing else is: a clock that jumped ahead and came back leaves behind it no more than what was forgotten meanwhile.
 */
export type ForgottenTimes = readonly (readonly [from: number, to: number])[];

/** More are made one with their next, the nearest two first: then what lies between is refused, too. */
const RANGES_MAX = 8;

/** Whether entries of that time are gone. */
export function isForgotten(times: ForgottenTimes, time: number): boolean {
  return times.some(([from, to]) => from <= time && time < to);
}

/** `times`, and `[from, to)`. */
export function withForgotten(times: ForgottenTimes, from: number, to: number): ForgottenTimes {
  const merged: (readonly [number, number])[] = [];
  for (const range of [...times, [from, to] as const].sort(([left], [right]) => left - right)) {
    const last = merged.at(-1);
    if (last === undefined || range[0] > last[1]) merged.push(range);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], range[1])];
  }
  while (merged.length > RANGES_MAX) joinNearest(merged);
  return merged;
}

function joinNearest(ranges: (readonly [number, number])[]): void {
  const gaps = ranges.slice(1).map(([from], index) => from - (ranges[index]?.[1] ?? from));
  const at = gaps.indexOf(Math.min(...gaps));
  const [[from] = [0, 0], [, to] = [0, 0]] = ranges.slice(at, at + 2);
  ranges.splice(at, 2, [from, to]);
}
