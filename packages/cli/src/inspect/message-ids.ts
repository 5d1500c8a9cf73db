import type { Tape } from '@parley/codec';
import { attributeNamed, localName, Namespace } from '@parley/codec/internal';
import type { FaultCode } from '@parley/core';
import { Fault } from '@parley/core';
import type { IdPolicy } from '@parley/engine/internal';
import { checkMessageIds, readEnvelopeShape, resolveFragment } from '@parley/engine/internal';

/** What a reference means to `open`. */
export interface Meant {
  /** The element, or -1. */
  readonly element: number;
  /** Why `open` refuses it; `undefined` for an element, and for what is no reference into the message. */
  readonly code: FaultCode | undefined;
}

const URI = localName('URI');
const NOTHING: Meant = { element: -1, code: undefined };

/** What the references of one document mean, by the engine's own reading of its Ids. */
export class MessageIds {
  readonly #tape: Tape;
  /** Why no Id of it means anything; `undefined` where they do. */
  readonly #refusal: FaultCode | undefined;

  constructor(tape: Tape, policy: IdPolicy) {
    this.#tape = tape;
    this.#refusal = refusalOf(() => checkMessageIds(tape, readEnvelopeShape(tape), policy));
  }

  /** What the attribute URI of `element` (-1 for none) means. */
  meantBy(element: number): Meant {
    const uri = element < 0 ? -1 : attributeNamed(this.#tape, element, Namespace.none, URI);
    if (uri < 0) return NOTHING;
    let target = -1;
    const code = refusalOf(() => {
      target = resolveFragment(this.#tape, uri);
    });
    if (code === undefined && target < 0) return NOTHING;
    const refusal = this.#refusal ?? code;
    return refusal === undefined ? { element: target, code } : { element: -1, code: refusal };
  }
}

function refusalOf(read: () => void): FaultCode | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}
