import { createHash } from 'node:crypto';
import type { Tape } from '@parley/codec';
import { canonicalise, localNameOf, OctetSink } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import {
  canonicalContentText,
  canonicalDocumentText,
  canonicalText,
  codeOf,
  KEEP,
  read,
  textOfOctets,
  vectorBytes,
  vectorJson,
} from '../../support/reading.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

function elementCalled(tape: Tape, local: string): number {
  for (let element = 0; element < tape.elementCount; element++)
    if (localNameOf(tape, element) === local) return element;
  throw new Error(`no element ${local}`);
}

describe('worked examples of the protocol notes', () => {
  interface Example {
    readonly id: string;
    readonly input: string;
    readonly element: string;
    readonly inclusivePrefixes?: readonly string[];
    readonly output: string;
    readonly sha1: string;
    readonly sha256: string;
  }
  interface Published {
    readonly input: string;
    readonly element: string;
    readonly digests: readonly { comments: boolean; inclusivePrefixes?: readonly string[]; sha1Base64: string }[];
  }
  const { cases, published } = vectorJson<{ cases: readonly Example[]; published: Published }>(
    'protocol/exclusive-c14n.json',
  );

  test.each(cases)('$id', ({ input, element, inclusivePrefixes, output, sha1, sha256 }) => {
    const tape = read(input, {}, KEEP);
    const text = canonicalText(tape, elementCalled(tape, element), { inclusivePrefixes });
    expect(text).toBe(output);
    expect(createHash('sha1').update(text).digest('hex')).toBe(sha1);
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  });

  test.each(published.digests)('V21 %j', ({ comments, inclusivePrefixes, sha1Base64 }) => {
    const tape = read(published.input);
    const text = canonicalText(tape, elementCalled(tape, published.element), { comments, inclusivePrefixes });
    expect(createHash('sha1').update(text).digest('base64')).toBe(sha1Base64);
  });
});

describe('T26: generated vectors that two other canonicalisers agreed on', () => {
  interface Generated {
    readonly id: string;
    readonly algorithm: string;
    readonly inclusivePrefixes: readonly string[];
    readonly apexId: string | null;
    readonly input: string;
    readonly expected: string;
  }
  const all = [0, 1, 2, 3, 4, 5, 6].flatMap((file) => vectorJson<Generated[]>(`c14n-generated/cases-${file}.json`));
  const exclusive = all.filter(({ algorithm }) => algorithm.startsWith(EXCLUSIVE));

  test('there are as many as there were', () => {
    expect(all).toHaveLength(345);
    expect(exclusive).toHaveLength(188);
    expect(exclusive.filter(({ apexId }) => apexId === null)).toHaveLength(20);
    expect(exclusive.filter(({ algorithm }) => algorithm.endsWith('WithComments')).length).toBeGreaterThan(40);
    expect(exclusive.filter(({ inclusivePrefixes }) => inclusivePrefixes.length > 0).length).toBeGreaterThan(20);
  });

  test.each(exclusive)('$id', ({ algorithm, inclusivePrefixes, apexId, input, expected }) => {
    const tape = read(input, {}, KEEP);
    const options = { inclusivePrefixes, comments: algorithm.endsWith('WithComments') };
    const text =
      apexId === null ? canonicalDocumentText(tape, options) : canonicalText(tape, elementOfId(tape, apexId), options);
    expect(text).toBe(expected);
  });

  function elementOfId(tape: Tape, id: string): number {
    const at = textOfOctets(tape.bytes).indexOf(`Id="${id}"`);
    const offset = Buffer.byteLength(textOfOctets(tape.bytes).slice(0, at));
    for (let element = tape.elementCount - 1; element >= 0; element--) {
      const start = tape.elements[element * 16]!;
      if (start < offset) return element;
    }
    throw new Error(`no element ${id}`);
  }
});

describe("libxml2's own vectors", () => {
  const folder = 'c14n-libxml2';

  test.each([
    ['merlin-c14n-two-09', undefined],
    ['merlin-c14n-two-18', ['#default']],
  ])('%s, an element subtree', (name, inclusivePrefixes) => {
    const tape = read(vectorBytes(`${folder}/exc-without-comments/${name}.xml`));
    const expected = textOfOctets(vectorBytes(`${folder}/exc-without-comments/${name}.c14n`));
    expect(canonicalText(tape, elementCalled(tape, 'Something'), { inclusivePrefixes })).toBe(expected);
  });

  test('example-2, where no namespace makes inclusive and exclusive differ', () => {
    const tape = read(vectorBytes(`${folder}/without-comments/example-2.xml`));
    expect(canonicalDocumentText(tape)).toBe(textOfOctets(vectorBytes(`${folder}/without-comments/example-2.c14n`)));
  });

  test('the others are refused or not node-sets of ours', () => {
    expect(codeOf(() => read(vectorBytes(`${folder}/exc-without-comments/test-1.xml`)))).toBe('peer.xml-dtd-forbidden');
    expect(codeOf(() => read(vectorBytes(`${folder}/with-comments/example-6.xml`)))).toBe('peer.encoding-forbidden');
    const { vectors } = vectorJson<{ vectors: { algorithm: string; features: string[]; strictProfile: string }[] }>(
      `${folder}/manifest.json`,
    );
    const ours = vectors.filter(
      ({ algorithm, strictProfile }) => algorithm === EXCLUSIVE && strictProfile === 'accept',
    );
    expect(ours).toHaveLength(2);
  });
});

describe('canonicaliseContent', () => {
  test('each child declares what it needs, text between is escaped', () => {
    const tape = read(
      '<s:Body xmlns:s="urn:s" xmlns:m="urn:m"> a&apos;<m:x/><!--c--><m:y m:z="1"><s:w/></m:y>&gt;</s:Body>',
    );
    expect(canonicalContentText(tape, 0)).toBe(
      ` a'<m:x xmlns:m="urn:m"></m:x><m:y xmlns:m="urn:m" m:z="1"><s:w xmlns:s="urn:s"></s:w></m:y>&gt;`,
    );
    expect(canonicalContentText(tape, 0, { comments: true })).toContain('<!--c-->');
  });

  test('a default namespace outside does not leak, an empty one inside is not printed', () => {
    const tape = read('<a xmlns="urn:a"><b xmlns=""><c/></b><d/></a>');
    expect(canonicalContentText(tape, 0)).toBe('<b><c></c></b><d xmlns="urn:a"></d>');
  });

  test('empty content is empty', () => {
    expect(canonicalContentText(read('<a/>'), 0)).toBe('');
    expect(canonicalContentText(read('<a></a>'), 0)).toBe('');
  });
});

describe('canonicalise', () => {
  test('appends, and changes neither bytes nor tape', () => {
    const tape = read("<a ><b c='1'/></a>");
    const bytes = tape.bytes.slice();
    const elements = tape.elements.slice();
    const out = new OctetSink(1);
    out.writeText('>>');
    canonicalise(tape, 1, out);
    canonicalise(tape, 1, out);
    expect(textOfOctets(out.bytes.subarray(0, out.length))).toBe('>><b c="1"></b><b c="1"></b>');
    expect(tape.bytes).toEqual(bytes);
    expect(tape.elements).toEqual(elements);
  });

  test('a subtree that is canonical as written comes out as written, whatever stands around it', () => {
    const body = '<m:x xmlns:m="urn:m"><m:y a="1" b="&quot;">t &amp; &#xD;é</m:y>\n<m:z></m:z></m:x>';
    const tape = read(`<a  xmlns:q='urn:q'><!-- - -->${body}</a >`);
    expect(canonicalText(tape, 1)).toBe(body);
  });

  test('a slice is not taken where the output has another binding of a prefix inside', () => {
    const tape = read('<a xmlns:p="urn:1"><p:b/><c xmlns:p="urn:2"><d><p:e></p:e></d></c></a>');
    expect(canonicalText(tape, 0)).toBe('<a><p:b xmlns:p="urn:1"></p:b><c><d><p:e xmlns:p="urn:2"></p:e></d></c></a>');
    const rendered = read('<p:a xmlns:p="urn:1"><c xmlns:p="urn:2"><d><p:e></p:e></d></c></p:a>');
    expect(canonicalText(rendered, 0)).toBe('<p:a xmlns:p="urn:1"><c><d><p:e xmlns:p="urn:2"></p:e></d></c></p:a>');
  });

  test('more prefixes than a mask has bits', () => {
    const count = 100;
    const declarations = Array.from({ length: count }, (_, index) => ` xmlns:p${index}="urn:${index}"`);
    const tape = read(
      `<a${declarations.slice(0, 60).join('')}><a${declarations.slice(60).join('')}><p40:b><p99:c p31:d=""></p99:c></p40:b></a></a>`,
    );
    expect(canonicalText(tape, 0)).toBe(
      '<a><a><p40:b xmlns:p40="urn:40"><p99:c xmlns:p31="urn:31" xmlns:p99="urn:99" p31:d=""></p99:c></p40:b></a></a>',
    );
  });

  test('xml needs no declaration, though one may stand there', () => {
    const tape = read('<a xmlns:xml="http://www.w3.org/XML/1998/namespace"><b xml:lang="de"/></a>');
    expect(canonicalText(tape, 0, { inclusivePrefixes: ['xml'] })).toBe('<a><b xml:lang="de"></b></a>');
  });

  test('attribute and namespace values with references', () => {
    const tape = read('<p:a xmlns:p="urn:&amp;&lt;&quot;&#9;&#xE9;" b=\'"&#x1F600;\'/>');
    expect(canonicalText(tape, 0)).toBe('<p:a xmlns:p="urn:&amp;&lt;&quot;&#x9;é" b="&quot;😀"></p:a>');
  });

  test('comments and instructions outside the root stand on lines of their own', () => {
    const tape = read('<?xml version="1.0"?><!--a--> <?b  c?>\n\n<r/><!--d--><?e?>', {}, KEEP);
    expect(canonicalDocumentText(tape, { comments: true })).toBe('<!--a-->\n<?b c?>\n<r></r>\n<!--d-->\n<?e?>');
    expect(canonicalDocumentText(tape)).toBe('<?b c?>\n<r></r>\n<?e?>');
  });
});
