// The W3C's conformance cases through every reader: one answer, and in other encodings libxml2's own.
import type { Reader } from '@parley/codec';
import { readDocument, Tape } from '@parley/codec';
import { loadNative } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { OracleDocument } from '../../fuzz/src/differential/libxml2.ts';
import { canonicalDocumentText, codeOf, KEEP } from '../support/reading.ts';
import { conformanceCases, withoutDoctype } from '../support/w3c-conformance.ts';

/** Malformed in the declaration, where one reader looks at the version first and the others at the encoding. */
const OTHER_CODE = ['not-wf-sa-097', 'rmt-055', 'rmt-056', 'rmt-057'];
const BY_DESIGN: readonly (string | undefined)[] = [
  'peer.xml-dtd-forbidden',
  'peer.xml-version',
  'peer.xml-relative-namespace',
];
/** Encodings in which an octet below 80 may be half of a character; an encoding declared that is not the document's. */
const NOT_TAKEN = ['weekly-euc-jp', 'weekly-iso-2022-jp', 'weekly-shift_jis', 'hst-lhs-007', 'hst-lhs-008'];
/** Its namespace name is an IRI, which libxml2 calls no valid URI. */
const IRI = 'rmt-ns10-006';

const documents = conformanceCases().flatMap(({ id, document }) => {
  const rest = withoutDoctype(document);
  return [{ id, document }, ...(rest === undefined ? [] : [{ id, document: rest }])];
});
const inOtherEncodings = documents.filter(({ document }) => codeBy('scan', document) === 'peer.encoding-forbidden');

describe.runIf(isNativeThere())('every reader', () => {
  test('gives the same answer', () => {
    const others = new Set<string>();
    for (const { id, document } of documents) {
      const code = codeBy('auto', document);
      for (const reader of ['libxml', 'cross-check'] as const) expect(codeBy(reader, document), id).toBe(code);
      const scanned = codeBy('scan', document);
      if (scanned !== code && scanned !== 'peer.encoding-forbidden') others.add(id);
      expect(scanned === undefined && code !== undefined, id).toBe(false);
    }
    expect([...others]).toEqual(OTHER_CODE);
  });

  test('reads other encodings as libxml2 does', () => {
    const differences = new Set<string>();
    let read = 0;
    for (const { id, document } of inOtherEncodings) {
      const code = codeBy('auto', document);
      if (BY_DESIGN.includes(code)) continue;
      const oracle = OracleDocument.parse(document);
      if ((oracle === undefined) !== (code !== undefined)) differences.add(id);
      if (oracle === undefined || code !== undefined) continue;
      const tape = new Tape();
      readDocument(document, DEFAULT_LIMITS, tape, 'auto', KEEP);
      expect(canonicalDocumentText(tape, { comments: true }), id).toBe(oracle.canonicalDocument({ comments: true }));
      oracle.close();
      read++;
    }
    expect(differences).toEqual(new Set([...NOT_TAKEN, IRI]));
    expect(read).toBe(15);
  });
});

function codeBy(reader: Reader, document: Uint8Array): string | undefined {
  return codeOf(() => readDocument(document, DEFAULT_LIMITS, new Tape(), reader, KEEP));
}

function isNativeThere(): boolean {
  return codeOf(() => loadNative()) === undefined;
}
