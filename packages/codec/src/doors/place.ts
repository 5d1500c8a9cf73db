/** What callers name a place in a document with. */
import type { Limits } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { instanceOf, LIMITS, once, requireKind, whole } from '@parley/core/internal';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { Tape } from '../tape/tape.ts';

const TAPE = instanceOf<Tape>(Tape);
const SINK = instanceOf<OctetSink>(OctetSink);
const ALL_LIMITS: Kind<Limits> = once(LIMITS);

/** @throws Fault `caller.option-invalid` */
export function requireTape(tape: unknown): asserts tape is Tape {
  requireKind(TAPE, tape, 'tape');
}

/** @throws Fault `caller.option-invalid` no tape, or no element of it */
export function requireElement(tape: Tape, element: number, name: string = 'element'): void {
  requireTape(tape);
  requireKind(whole(0, tape.elementCount - 1), element, name);
}

/** @throws Fault `caller.option-invalid` no tape, or no attribute of it */
export function requireAttribute(tape: Tape, attribute: number): void {
  requireTape(tape);
  requireKind(whole(0, tape.attributeCount - 1), attribute, 'attribute');
}

/** @throws Fault `caller.option-invalid` */
export function requireSink(out: unknown): asserts out is OctetSink {
  requireKind(SINK, out, 'out');
}

/** @throws Fault `caller.option-invalid` */
export function requireLimits(limits: unknown): asserts limits is Limits {
  requireKind(ALL_LIMITS, limits, 'limits');
}
