import { Fault } from './fault.ts';

/** States what must hold if our own reasoning is right; kept in production. @throws Fault `internal.invariant` */
export function invariant(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Fault('internal.invariant', { claim });
}

/** The foot of an exhaustive switch. @throws Fault `internal.invariant` */
export function unreachable(value: never): never {
  throw new Fault('internal.invariant', { claim: `unreachable: ${String(value)}` });
}
