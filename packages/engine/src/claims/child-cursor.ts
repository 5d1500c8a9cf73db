import type { Tape } from '@parley/codec';
import { firstChild, isNamed, nextSibling } from '@parley/codec/internal';
import { requireElementOnly } from './claim.ts';
import { notThere, structureInvalid } from './shape-refusals.ts';

/** Reads the children of one element in their order: each is asked for by name, and what nobody asks for is refused. */
export class ChildCursor {
  readonly #tape: Tape;
  readonly #element: number;
  readonly #name: string;
  #child: number;

  /** @throws Fault `peer.structure-invalid` text, a comment or a PI between the children */
  constructor(tape: Tape, element: number, name: string) {
    requireElementOnly(tape, element, name);
    this.#tape = tape;
    this.#element = element;
    this.#name = name;
    this.#child = firstChild(tape, element);
  }

  /** The child that is next, or -1 behind the last; it is not passed. */
  get child(): number {
    return this.#child;
  }

  /** Passes the next child if it is that element, and gives it; else -1. */
  optional(namespace: number, local: Uint8Array): number {
    const child = this.#child;
    if (child < 0 || !isNamed(this.#tape, child, namespace, local)) return -1;
    this.#child = nextSibling(this.#tape, child);
    return child;
  }

  /** @throws Fault `peer.structure-invalid` the next child is another */
  required(namespace: number, local: Uint8Array, name: string): number {
    const child = this.optional(namespace, local);
    if (child < 0) throw notThere(this.#tape, this.#child, namespace, local, this.#element, name);
    return child;
  }

  /** @throws Fault `peer.structure-invalid` there are more children */
  end(): void {
    if (this.#child >= 0) throw structureInvalid(this.#tape, this.#child, `an unknown child of ${this.#name}`);
  }
}
