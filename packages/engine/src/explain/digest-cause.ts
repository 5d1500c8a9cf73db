/** Which octets have the digest that a sender wrote. */
import type { HashName } from '@parley/core';
import { DIGEST_ALGORITHMS, digestBase64 } from '@parley/core/internal';
import type { Subject, Variant } from './variants.ts';
import { asSaid, canonicalOf, deviating, otherForms } from './variants.ts';

/** What was digested instead of what the message says. All that is `undefined` or empty is as the message says. */
export interface DigestCause extends Variant {
  /** Another digest algorithm. */
  readonly digest: HashName | undefined;
  /** An element other than the one the reference means: its index on the tape. */
  readonly element: number | undefined;
}

/** What a reference says is digested, and the digest that its sender wrote. */
export interface DigestQuestion extends Subject {
  readonly digest: (typeof DIGEST_ALGORITHMS)[number];
  readonly stated: string;
  /** Elements that a signature may cover, for mixed-up references. */
  readonly others: readonly number[];
}

const AS_SAID = { digest: undefined, element: undefined } as const;

/** The likeliest cause that gives the sender's digest; `undefined` if none of those that are known does. */
export function causeOf(question: DigestQuestion): DigestCause | undefined {
  const { tape, canonicalisation, digest, stated, others } = question;
  const said = asSaid(question);
  const other = DIGEST_ALGORITHMS.find((algorithm) => digestBase64(algorithm, said.octets) === stated);
  if (other !== undefined) return { ...said, ...AS_SAID, digest: other.name };
  const isIt = ({ octets }: Variant): boolean => digestBase64(digest, octets) === stated;
  const forms = [said, ...otherForms(question)];
  const form = forms.find(isIt);
  if (form !== undefined) return { ...form, ...AS_SAID };
  for (const element of others) {
    const octets = canonicalOf(tape, element, { ...canonicalisation, replacement: undefined });
    if (digestBase64(digest, octets) === stated) return { ...said, ...AS_SAID, element, octets };
  }
  for (const each of forms) for (const variant of deviating(each)) if (isIt(variant)) return { ...variant, ...AS_SAID };
  return undefined;
}
