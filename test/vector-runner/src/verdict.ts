/** What became of one vector (or of one test inside a vector that holds many). */
export type Verdict =
  /**
   * `refusals`: what the vector needs and we refuse on purpose, tried and refused; each stands in refusals.json. `checked`:
   * what a vector of many checks came to, one entry for each of them.
   */
  | { readonly verdict: 'as-expected'; readonly refusals?: readonly string[]; readonly checked?: readonly string[] }
  /** Refused with another code than the manifest names, by a check that is equally early: see aliases.json. */
  | { readonly verdict: 'alias'; readonly expected: string; readonly actual: string }
  | { readonly verdict: 'mismatch'; readonly expected: string; readonly actual: string }
  /** `tests`: how many, for a file of many tests that is not opened at all. */
  | { readonly verdict: 'out-of-scope'; readonly reason: string; readonly tests: number }
  /** The vector itself cannot be run. */
  | { readonly verdict: 'error'; readonly reason: string };

export type Outcome = Verdict & { readonly id: string };

export const AS_EXPECTED: Verdict = { verdict: 'as-expected' };

/** As expected: what was computed, and why it is refused on purpose, if it is. */
export function asExpected(checked: readonly string[], refusals: readonly string[] = []): Verdict {
  return { verdict: 'as-expected', checked, ...(refusals.length === 0 ? {} : { refusals }) };
}

/** As expected: refused on purpose, and why. */
export function refused(...refusals: readonly string[]): Verdict {
  return { verdict: 'as-expected', refusals };
}

export function mismatch(expected: string, actual: string): Verdict {
  return { verdict: 'mismatch', expected, actual };
}

export function outOfScope(reason: string, tests: number = 1): Verdict {
  return { verdict: 'out-of-scope', reason, tests };
}

/** As expected when both are the same octets. */
export function compareOctets(what: string, expected: Uint8Array, actual: Uint8Array): Verdict {
  if (Buffer.compare(expected, actual) === 0) return AS_EXPECTED;
  return mismatch(
    `${what} of ${expected.length} octets`,
    `other octets (${actual.length}) from octet ${firstDifference(expected, actual)}`,
  );
}

function firstDifference(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) if (left[index] !== right[index]) return index;
  return length;
}
