/** Sets of message numbers as acknowledgements have them: both ends belong to a range. */

export interface NumberRange {
  readonly lower: number;
  readonly upper: number;
}

/** In order, apart from each other, and as few as possible: 1-2 and 3 are 1-3. */
export type NumberRanges = readonly NumberRange[];

export const NO_NUMBERS: NumberRanges = [];

/** Whether `number` is in one of `ranges`. */
export function hasNumber(ranges: NumberRanges, number: number): boolean {
  return ranges.some(({ lower, upper }) => lower <= number && number <= upper);
}

/** `ranges` and `number`. */
export function withNumber(ranges: NumberRanges, number: number): NumberRanges {
  const last = ranges.at(-1);
  // perf: most messages come in order.
  if (last !== undefined && last.upper + 1 === number)
    return [...ranges.slice(0, -1), { lower: last.lower, upper: number }];
  return hasNumber(ranges, number) ? ranges : united([...ranges, { lower: number, upper: number }]);
}

/** All numbers of both. */
export function unionOf(left: NumberRanges, right: NumberRanges): NumberRanges {
  // perf: most acknowledgements are of all that has come, and of one more than the last.
  const [first] = left;
  const [other] = right;
  if (first === undefined || left === right) return right;
  if (other === undefined) return left;
  if (left.length === 1 && right.length === 1 && other.lower <= first.upper + 1 && first.lower <= other.upper + 1)
    return [{ lower: Math.min(first.lower, other.lower), upper: Math.max(first.upper, other.upper) }];
  return united([...left, ...right]);
}

/** Ranges in any order, brought into order; `undefined` if one is empty, or two have a number in common. */
export function orderedRanges(ranges: readonly NumberRange[]): NumberRanges | undefined {
  const sorted = [...ranges].sort((left, right) => left.lower - right.lower);
  let end = 0;
  for (const { lower, upper } of sorted) {
    if (lower <= end || upper < lower) return undefined;
    end = upper;
  }
  return united(sorted);
}

/** The highest number, or 0. */
export function highestOf(ranges: NumberRanges): number {
  return ranges.at(-1)?.upper ?? 0;
}

/** How many numbers there are from 1 on without a gap. */
export function withoutGap(ranges: NumberRanges): number {
  const first = ranges[0];
  return first?.lower === 1 ? first.upper : 0;
}

/** How many numbers there are. */
export function countOf(ranges: NumberRanges): number {
  return ranges.reduce((sum, { lower, upper }) => sum + upper - lower + 1, 0);
}

/** The numbers of `ranges` that are not in `others`: few, where the two are much the same. */
export function numbersWithout(ranges: NumberRanges, others: NumberRanges): readonly number[] {
  const numbers: number[] = [];
  for (const { lower, upper } of ranges) {
    for (let number = lower; number <= upper; number++) {
      const other = others.find((each) => each.lower <= number && number <= each.upper);
      if (other === undefined) numbers.push(number);
      else number = Math.min(other.upper, upper);
    }
  }
  return numbers;
}

/** What is missing from 1 to `last`. */
export function gapsOf(ranges: NumberRanges, last: number): NumberRanges {
  const gaps: NumberRange[] = [];
  let from = 1;
  for (const { lower, upper } of ranges) {
    if (from > last) break;
    if (lower > from) gaps.push({ lower: from, upper: Math.min(lower - 1, last) });
    from = upper + 1;
  }
  if (from <= last) gaps.push({ lower: from, upper: last });
  return gaps;
}

function united(ranges: readonly NumberRange[]): NumberRanges {
  const sorted = [...ranges].sort((left, right) => left.lower - right.lower);
  const result: NumberRange[] = [];
  for (const { lower, upper } of sorted) {
    const last = result.at(-1);
    if (last !== undefined && lower <= last.upper + 1)
      result[result.length - 1] = { lower: last.lower, upper: Math.max(last.upper, upper) };
    else result.push({ lower, upper });
  }
  return result;
}
