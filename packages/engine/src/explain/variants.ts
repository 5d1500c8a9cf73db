/** What senders make of an element in place of its canonical form: other forms and PrefixLists, and deviations of each. */
import type { CanonicalisationName, CanonicalisationOptions, Tape } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import { canonicalise, D, DECLARATION_WORDS, decodeText, OctetSink } from '@parley/codec/internal';
import { endOf, isWithin, startOf } from '../claims/claim.ts';
import type { DeviationName } from './deviations.ts';
import { DEVIATIONS } from './deviations.ts';

/** How octets differ from those that the message says. All that is `undefined` is as the message says. */
export interface Variant {
  /** Another canonical form, or `as-written`: the octets as they stand in the message. */
  readonly form: CanonicalisationName | 'as-written' | undefined;
  /** Another PrefixList of exclusive C14N; empty for none. */
  readonly inclusivePrefixes: readonly string[] | undefined;
  readonly deviation: DeviationName | undefined;
  /** They themselves. */
  readonly octets: Uint8Array;
}

/** An element, and how the message says that it is canonicalised. */
export interface Subject {
  readonly tape: Tape;
  readonly element: number;
  readonly canonicalisation: CanonicalisationOptions;
}

const AS_SAID = { form: undefined, inclusivePrefixes: undefined, deviation: undefined } as const;
const PREFIXES_MAX = 32;
const DEFAULT_PREFIX = 0;

/** The octets as the message says. */
export function asSaid({ tape, element, canonicalisation }: Subject): Variant {
  return { ...AS_SAID, octets: canonicalOf(tape, element, canonicalisation) };
}

/** Those of other forms, likely ones first. */
export function otherForms({ tape, element, canonicalisation }: Subject): readonly Variant[] {
  const { method = 'exclusive', comments = false, inclusivePrefixes: said = [] } = canonicalisation;
  // Of inclusive forms there is none, and exclusive C14N with all prefixes would only look like one.
  const lists = method === 'exclusive' ? prefixLists(tape, element, said) : [];
  const isOther = (row: (typeof CANONICALISATION_ALGORITHMS)[number]): boolean =>
    row.method !== method || row.comments !== comments;
  return [
    ...CANONICALISATION_ALGORITHMS.filter(isOther).map((row) => ({
      ...AS_SAID,
      form: row.name,
      octets: canonicalOf(tape, element, { ...canonicalisation, method: row.method, comments: row.comments }),
    })),
    ...lists.map((inclusivePrefixes) => ({
      ...AS_SAID,
      inclusivePrefixes,
      octets: canonicalOf(tape, element, { ...canonicalisation, method: 'exclusive', inclusivePrefixes }),
    })),
    { ...AS_SAID, form: 'as-written', octets: tape.bytes.slice(startOf(tape, element), endOf(tape, element)) },
  ];
}

/** What is known to be done to such octets. */
export function* deviating(variant: Variant): Generator<Variant> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(variant.octets);
  for (const { name, apply } of DEVIATIONS)
    yield { ...variant, deviation: name, octets: new TextEncoder().encode(apply(text)) };
}

/** None, all that could have an effect, each of them alone, and all but one. */
function prefixLists(tape: Tape, element: number, said: readonly string[]): readonly (readonly string[])[] {
  const around = prefixesAround(tape, element);
  const lists = [
    [],
    around,
    around.filter((prefix) => prefix !== '#default'),
    ...around.map((prefix) => [prefix]),
    ...around.map((prefix) => around.filter((other) => other !== prefix)),
  ];
  return lists.filter((list) => list.join(' ') !== said.join(' '));
}

/** Those that are declared around the element, on it and in it. */
function prefixesAround(tape: Tape, element: number): readonly string[] {
  const prefixes = new Set<string>();
  for (let place = 0; place < tape.declarationCount; place++) {
    const holder = tape.declarations[place * DECLARATION_WORDS + D.element]!;
    if (!isWithin(tape, holder, element) && !isWithin(tape, element, holder)) continue;
    const prefix = tape.declarations[place * DECLARATION_WORDS + D.prefix]!;
    const text = decodeText(tape.bytes, tape.prefixStarts[prefix]!, tape.prefixEnds[prefix]!);
    prefixes.add(prefix === DEFAULT_PREFIX ? '#default' : text);
  }
  return [...prefixes].slice(0, PREFIXES_MAX);
}

/** The canonical octets of an element, owned by the caller. */
export function canonicalOf(tape: Tape, element: number, options: CanonicalisationOptions): Uint8Array {
  const sink = new OctetSink();
  canonicalise(tape, element, sink, options);
  return sink.bytes.slice(0, sink.length);
}
