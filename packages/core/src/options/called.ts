import { Fault } from '../base/fault.ts';
import type { Kind } from './kind.ts';
import { requireKind } from './kind.ts';

/**
 * What a function of the caller's answers.
 * safety: checked, for a promise where a yes or no belongs would be a yes to everything.
 * @throws Fault its own, if it throws one; `caller.callback-failed` with the cause for anything else;
 *   `caller.option-invalid` an answer of another kind
 */
export function called<T>(name: string, kind: Kind<T>, call: () => unknown): T {
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    throw callbackFault(name, error);
  }
  requireAnswer(kind, answer, `${name}()`);
  return answer;
}

/** Of a function that answers at once. @throws Fault `caller.option-invalid` */
export function requireAnswer<T>(kind: Kind<T>, answer: unknown, name: string): asserts answer is T {
  // safety: a promise that nobody waits for, and that is broken, would end the process.
  if (answer instanceof Promise) answer.catch(() => undefined);
  requireKind(kind, answer, name);
}

/** What a function of the caller's threw, as a Fault. */
export function callbackFault(name: string, error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('caller.callback-failed', { callback: name }, error);
}
