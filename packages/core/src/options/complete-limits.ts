import type { Limits } from '../base/limits.ts';
import { DEFAULT_LIMITS } from '../base/limits.ts';
import type { Kind } from './kind.ts';
import { requireKind, whole } from './kind.ts';
import type { Members } from './shape.ts';
import { partOf, shapeOf } from './shape.ts';

const MEMBERS = Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, whole()])) as Members<Limits>;

export const LIMITS: Kind<Limits> = shapeOf(MEMBERS);
/** What is left out has its default. */
export const SOME_LIMITS: Kind<Partial<Limits>> = partOf(MEMBERS);

/** `given` over the defaults. @throws Fault `caller.option-invalid` an unknown name, or no whole number of 0 or more */
export function completeLimits(given: Partial<Limits> = {}): Limits {
  requireKind(SOME_LIMITS, given, 'limits');
  return Object.freeze({ ...DEFAULT_LIMITS, ...given });
}
