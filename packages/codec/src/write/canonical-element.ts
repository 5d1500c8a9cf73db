import { instanceOf, oneOf, requireKind, whole } from '@parley/core/internal';
import { canonicalise } from '../hot/canonical/canonicalise.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { E, ELEMENT_WORDS, Tape } from '../tape/tape.ts';

const TAPE = instanceOf<Tape>(Tape);
const SINK = instanceOf<OctetSink>(OctetSink);
const METHOD = oneOf(['exclusive', 'inclusive']);

/** Of namespaces that come from around the element: most are shorter. */
const DECLARATIONS_BYTES = 256;

/** An element of another document, kept in canonical form: what a writer may repeat. */
export class CanonicalElement {
  readonly #octets: Uint8Array;

  private constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /**
   * Copies `element`; the tape may be used for another document afterwards. `inclusive` takes along every namespace that is in scope,
   * for the sake of names in values (xsi:type); `exclusive` those that its own names use.
   * @throws Fault `peer.limit-cost` for more than `bytesMax` octets; `caller.option-invalid`
   */
  static of(
    tape: Tape,
    element: number,
    bytesMax: number,
    method: 'exclusive' | 'inclusive' = 'exclusive',
  ): CanonicalElement {
    requireKind(TAPE, tape, 'tape');
    requireKind(whole(0, tape.elementCount - 1), element, 'element');
    requireKind(whole(1), bytesMax, 'bytesMax');
    requireKind(METHOD, method, 'method');
    const at = element * ELEMENT_WORDS;
    const writtenBytes = tape.elements[at + E.end]! - tape.elements[at + E.start]!;
    const out = new OctetSink(writtenBytes + DECLARATIONS_BYTES);
    out.reset(bytesMax);
    canonicalise(tape, element, out, { method });
    out.checkSize();
    return new CanonicalElement(out.take());
  }

  /** The element alone, as a document; the caller's own. */
  toOctets(): Uint8Array {
    return this.#octets.slice();
  }

  /** Appends the element. @throws Fault `caller.option-invalid` */
  writeTo(out: OctetSink): void {
    requireKind(SINK, out, 'out');
    out.write(this.#octets, 0, this.#octets.length);
  }
}
