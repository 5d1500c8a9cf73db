/** Messages of one size and very different numbers of elements. */

export interface AllocatingMessage {
  readonly form: string;
  readonly elements: number;
  readonly octets: Uint8Array;
}

/** How an element with `text` in it is written. */
type Write = (text: string) => string;

const LENGTH_BYTES = 28_000;
const ELEMENT_COUNTS = [10, 100, 1000];

const rewritten: Write = (text) => `<m:e b='' a='1'>${text}</m:e >`;
const FORMS: readonly (readonly [form: string, write: Write, isSpread: boolean])[] = [
  ['canonical as written', (text) => `<m:e a="1">${text}</m:e>`, false],
  ['every tag rewritten', rewritten, false],
  ['a declaration on each', (text) => `<e xmlns="urn:e">${text}</e>`, false],
  ['every tag rewritten, text spread', rewritten, true],
];

export function allocatingMessages(): readonly AllocatingMessage[] {
  return FORMS.flatMap(([form, write, isSpread]) =>
    ELEMENT_COUNTS.map((elements) => {
      const text = 'x'.repeat(LENGTH_BYTES - elements * write('').length);
      const own = isSpread ? text.slice(0, text.length / elements) : '';
      const document = `<m:r xmlns:m="urn:m">${write(own).repeat(elements)}${isSpread ? '' : text}</m:r>`;
      return { form, elements, octets: new TextEncoder().encode(document) };
    }),
  );
}
