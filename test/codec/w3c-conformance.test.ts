// The W3C's conformance cases: both scanners, and libxml2 as the second opinion. A DOCTYPE hides most cases from us, so
// each document that has one is read without it too; what libxml2 makes of the same octets is then the expectation.
import { describe, expect, test } from 'vitest';
import { OracleDocument } from '../fuzz/src/differential/libxml2.ts';
import { canonicalDocumentText, codeOf, KEEP, read, textOfOctets } from './support/reading.ts';
import { scanOutcome } from './support/scan-outcome.ts';
import { conformanceCases, secondCanonicalForm, withoutDoctype, withoutNotations } from './support/w3c-conformance.ts';

/** What we refuse by design, whatever libxml2 makes of it. */
const BY_DESIGN: readonly (string | undefined)[] = [
  'peer.xml-dtd-forbidden',
  'peer.encoding-forbidden',
  'peer.xml-version',
];
/** Relative namespace names are deprecated, and have no canonical form: we refuse them, libxml2 warns. */
const RELATIVE_NAMESPACES = ['rmt-ns10-004', 'rmt-ns10-005'];

const cases = conformanceCases();
const documents = cases.flatMap(({ id, document, canonical }) => {
  const rest = withoutDoctype(document);
  return rest === undefined
    ? [{ id, document, canonical }]
    : [
        { id, document },
        { id, document: rest, canonical },
      ];
});
const accepted = documents.filter(({ document }) => codeOf(() => read(document, {}, KEEP)) === undefined);

test('the cases are there, and most can be read once the DOCTYPE is gone', () => {
  expect(cases).toHaveLength(2576);
  expect(documents).toHaveLength(4738);
  expect(accepted).toHaveLength(1588);
});

test('the module and the plain scanner leave the same tape, or refuse alike', () => {
  for (const { id, document } of documents) {
    const plain = scanOutcome(document, { ...KEEP, plainly: true });
    expect(scanOutcome(document, KEEP), id).toEqual(plain);
  }
});

test('libxml2 reads what we read and refuses what we call malformed', () => {
  const differences = documents.flatMap(({ id, document }) => {
    const code = codeOf(() => read(document, {}, KEEP));
    if (BY_DESIGN.includes(code)) return [];
    const isRefused = OracleDocument.refusals(document).length > 0;
    return isRefused === (code !== undefined) ? [] : [id];
  });
  expect(differences).toEqual(RELATIVE_NAMESPACES);
});

describe('what is read', () => {
  test('has the canonical form that libxml2 gives it', () => {
    for (const { id, document } of accepted) {
      const oracle = OracleDocument.parse(document);
      const tape = read(document, {}, KEEP);
      for (const comments of [false, true]) {
        expect(canonicalDocumentText(tape, { comments }), id).toBe(oracle?.canonicalDocument({ comments }));
      }
      oracle?.close();
    }
  });

  // The suite's own outputs, of processors that read the DTD: attributes that it declares are the one thing we lack.
  test('is what the suite says it is', () => {
    let equal = 0;
    let declared = 0;
    for (const { id, document, canonical } of accepted) {
      if (canonical === undefined) continue;
      const ours = secondCanonicalForm(canonicalDocumentText(read(document, {}, KEEP)));
      const theirs = withoutNotations(canonical);
      if (ours === theirs) {
        equal++;
        continue;
      }
      declared++;
      const whole = textOfOctets(cases.find((candidate) => candidate.id === id)?.document ?? document);
      expect(whole, id).toMatch(/<!ATTLIST|<!DOCTYPE[^[>]*(SYSTEM|PUBLIC)|<!ENTITY %/);
      expect(withoutAttributes(ours), id).toBe(withoutAttributes(theirs));
    }
    expect({ equal, declared }).toEqual({ equal: 274, declared: 44 });
  });
});

function withoutAttributes(canonical: string): string {
  return canonical.replaceAll(/<([^\s/?!>]+)(?:\s(?:"[^"]*"|[^">])*)?>/g, '<$1>');
}
