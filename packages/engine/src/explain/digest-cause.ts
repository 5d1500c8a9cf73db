/** Which octets have the digest that a sender wrote: other forms and PrefixLists, other elements, and deviations of each. */
import type { CanonicalisationName, CanonicalisationOptions, Tape } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS, canonicalise, OctetSink } from '@parley/codec';
import { D, DECLARATION_WORDS, decodeText } from '@parley/codec/internal';
import type { HashName } from '@parley/core';
import { DIGEST_ALGORITHMS, digestBase64 } from '@parley/core/internal';
import { endOf, isWithin, startOf } from '../claims/claim.ts';
import type { DeviationName } from './deviations.ts';
import { DEVIATIONS } from './deviations.ts';

/** What was digested instead of what the message says. All that is `undefined` or empty is as the message says. */
export interface DigestCause {
  /** Another canonical form, or `as-written`: the octets as they stand in the message. */
  readonly form: CanonicalisationName | 'as-written' | undefined;
  /** Another PrefixList of exclusive C14N; empty for none. */
  readonly inclusivePrefixes: readonly string[] | undefined;
  /** Another digest algorithm. */
  readonly digest: HashName | undefined;
  readonly deviation: DeviationName | undefined;
  /** An element other than the one the reference means: its index on the tape. */
  readonly element: number | undefined;
  /** What has the sender's digest. */
  readonly octets: Uint8Array;
}

/** What a reference says is digested, and the digest that its sender wrote. */
export interface DigestQuestion {
  readonly tape: Tape;
  readonly element: number;
  readonly canonicalisation: CanonicalisationOptions;
  readonly digest: (typeof DIGEST_ALGORITHMS)[number];
  readonly stated: string;
  /** Elements that a signature may cover, for mixed-up references. */
  readonly others: readonly number[];
}

type Found = Pick<DigestCause, 'form' | 'inclusivePrefixes' | 'element'> & { readonly octets: Uint8Array };

const AS_SAID = { form: undefined, inclusivePrefixes: undefined, element: undefined } as const;
const PREFIXES_MAX = 32;
const DEFAULT_PREFIX = 0;

/** The likeliest cause that gives the sender's digest; `undefined` if none of those that are known does. */
export function causeOf(question: DigestQuestion): DigestCause | undefined {
  const { tape, element, canonicalisation, digest, stated } = question;
  const said = canonicalOf(tape, element, canonicalisation);
  for (const other of DIGEST_ALGORITHMS)
    if (digestBase64(other, said) === stated)
      return { ...AS_SAID, digest: other.name, deviation: undefined, octets: said };
  const forms = [{ ...AS_SAID, octets: said }, ...otherForms(question)];
  const elements = question.others.map((index) => ({
    ...AS_SAID,
    element: index,
    octets: canonicalOf(tape, index, { ...canonicalisation, replacement: undefined }),
  }));
  for (const found of [...forms, ...elements])
    if (digestBase64(digest, found.octets) === stated) return { ...found, digest: undefined, deviation: undefined };
  return forms.map((found) => deviating(found, question)).find((cause) => cause !== undefined);
}

function deviating(found: Found, { digest, stated }: DigestQuestion): DigestCause | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(found.octets);
  for (const { name, apply } of DEVIATIONS) {
    const octets = new TextEncoder().encode(apply(text));
    if (digestBase64(digest, octets) === stated) return { ...found, digest: undefined, deviation: name, octets };
  }
  return undefined;
}

function otherForms({ tape, element, canonicalisation }: DigestQuestion): readonly Found[] {
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
