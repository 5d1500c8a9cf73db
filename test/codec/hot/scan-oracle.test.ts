import { describe, expect, test } from 'vitest';
import { OracleDocument } from '../support/libxml2.ts';
import { mutated } from '../support/mutation.ts';
import { Random } from '../support/random.ts';
import { randomDocument } from '../support/random-document.ts';
import { codeOf, KEEP, octets, read, textOfOctets } from '../support/reading.ts';

/** What we refuse and libxml2 need not: other encodings and versions, DTDs, and what has no canonical form. */
const OUR_OWN = [
  'peer.encoding-forbidden',
  'peer.xml-version',
  'peer.xml-dtd-forbidden',
  'peer.xml-relative-namespace',
];
/**
 * libxml2 parses namespace names as RFC 3986 URIs, which Namespaces in XML makes no matter of well-formedness, and
 * does not always go on to say what else is wrong.
 */
const URI_SYNTAX = /^xmlns.* is not a valid URI\n$/su;

describe('scan agrees with libxml2 on what is well-formed', () => {
  test.each(Array.from({ length: 20 }, (_, index) => 7_000 + index))('in 1000 damaged documents of seed %i', (seed) => {
    const random = new Random(seed);
    let accepted = 0;
    let refused = 0;
    for (let count = 0; count < 1_000; count++) {
      const bytes = mutated(octets(randomDocument(random)), random);
      const code = codeOf(() => read(bytes, {}, KEEP));
      if (code !== undefined && OUR_OWN.includes(code)) continue;
      const reasons = OracleDocument.refusals(bytes);
      if (reasons.some((reason) => URI_SYNTAX.test(reason))) continue;
      const expected = reasons.length === 0 ? undefined : 'peer.xml-malformed';
      expect(code, `${reasons.join('')} in ${textOfOctets(bytes)}`).toBe(expected);
      if (code === undefined) accepted++;
      else refused++;
    }
    // The seeds must keep both kinds in play.
    expect(accepted).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(500);
  });
});
