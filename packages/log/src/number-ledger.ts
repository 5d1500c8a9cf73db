import type { NumberRange } from '@parley/conversation';

/** A set of numbers as ranges, in order. */
export class NumberLedger {
  #ranges: NumberRange[] = [];

  get highest(): number {
    return this.#ranges.at(-1)?.upper ?? 0;
  }

  get count(): number {
    return this.#ranges.reduce((sum, { lower, upper }) => sum + upper - lower + 1, 0);
  }

  has(number: number): boolean {
    const place = this.#placeOf(number);
    const range = this.#ranges[place];
    return range !== undefined && range.lower <= number;
  }

  addRange({ lower, upper }: NumberRange): void {
    // Those that touch it become one with it.
    const first = this.#placeOf(lower - 1);
    let end = first;
    let joined: NumberRange = { lower, upper };
    for (let range = this.#ranges[end]; range !== undefined && range.lower <= upper + 1; range = this.#ranges[++end])
      joined = { lower: Math.min(joined.lower, range.lower), upper: Math.max(joined.upper, range.upper) };
    this.#ranges.splice(first, end - first, joined);
  }

  /** What is not there from 1 to `last`. */
  missing(last: number): readonly NumberRange[] {
    const gaps: NumberRange[] = [];
    let from = 1;
    for (const { lower, upper } of this.#ranges) {
      if (lower > from) gaps.push({ lower: from, upper: lower - 1 });
      from = upper + 1;
    }
    if (from <= last) gaps.push({ lower: from, upper: last });
    return gaps;
  }

  /** How many of its numbers `other` has not. */
  countWithout(other: NumberLedger): number {
    let common = 0;
    for (const { lower, upper } of this.#ranges)
      for (const range of other.#ranges)
        common += Math.max(Math.min(upper, range.upper) - Math.max(lower, range.lower) + 1, 0);
    return this.count - common;
  }

  /** Of the first range that ends at `number` or behind it. */
  #placeOf(number: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.upper ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
