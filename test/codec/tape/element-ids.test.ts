import type { Tape } from '@parley/codec';
import { localNameOf } from '@parley/codec';
import { checkIds, E, ELEMENT_WORDS, resolveId } from '@parley/codec/internal';
import { describe, expect, test } from 'vitest';
import { codeOf, read } from '../support/reading.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const DECLARED = `xmlns:u="${WSU}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"`;

function document(content: string): Tape {
  return read(`<r ${DECLARED}>${content}</r>`);
}

/** Resolves `id` written as the only text of an element `ref`. */
function resolved(content: string, id: string): string | undefined {
  const tape = document(`<ref>${id}</ref>${content}`);
  const element = resolveId(
    tape,
    tape.elements[ELEMENT_WORDS + E.content]!,
    tape.elements[ELEMENT_WORDS + E.contentEnd]!,
  );
  return element < 0 ? undefined : localNameOf(tape, element);
}

describe('resolveId', () => {
  test.each([
    ['<a u:Id="x"/>', 'a'],
    ['<a u:Id="y"/><b u:Id="x"/>', 'b'],
    ['<ds:KeyInfo Id="x"/>', 'KeyInfo'],
    ['<xenc:EncryptedData Id="x"/>', 'EncryptedData'],
    ['<a u:Id="&#120;"/>', 'a'],
    ['<a Id="x"/>', undefined],
    ['<ds:Object ID="x"/>', undefined],
    ['<ds:Object id="x"/>', undefined],
    ['<a xml:id="x"/>', undefined],
    ['<a AssertionID="x"/>', undefined],
    ['<a u:ID="x"/>', undefined],
    ['<a u:Id="X"/>', undefined],
    ['<a u:Id="xx"/>', undefined],
    ['<a u:Id=""/>', undefined],
    ['<a><b u:Id=" x"/></a>', undefined],
  ])('in %s', (content, name) => {
    expect(resolved(content, 'x')).toBe(name);
  });
});

describe('checkIds', () => {
  test.each([
    ['', undefined],
    ['<a u:Id="x"/>', undefined],
    ['<a u:Id="x"/><b u:Id="y"/><c Id="z"/>', undefined],
    ['<a iD="x"/><b u:Id="x"/>', undefined],
    ['<a u:id="x"/><b u:Id="x"/>', undefined],
    ['<a u:Id="x"/><b u:Id="x"/>', 'peer.id-duplicate'],
    ['<a u:Id="x"/><b Id="x"/>', 'peer.id-duplicate'],
    ['<a ID="x"/><b id="x"/>', 'peer.id-duplicate'],
    ['<a xml:id="x"/><b AssertionID="x"/>', 'peer.id-duplicate'],
    ['<a u:Id="x"><b><c Id="x"/></b></a>', 'peer.id-duplicate'],
    ['<a u:Id="x"/><b Id="&#x78;"/>', 'peer.id-duplicate'],
    ['<a u:Id="&#120;"/><b Id="&#x78;"/>', 'peer.id-duplicate'],
    ['<a u:Id="x" Id="x"/>', 'peer.id-duplicate'],
    ['<a u:Id="x" Id="y"/>', 'peer.structure-invalid'],
    ['<a Id="x" ID="y"/>', 'peer.structure-invalid'],
    ['<a u:Id=""/><b u:Id=""/>', 'peer.id-duplicate'],
  ])('%s', (content, code) => {
    const tape = document(content);
    expect(codeOf(() => checkIds(tape))).toBe(code);
  });

  test('many ids, the last one twice', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `<a u:Id="id-${index}"/>`).join('');
    expect(codeOf(() => checkIds(document(many)))).toBeUndefined();
    expect(codeOf(() => checkIds(document(`${many}<a Id="id-4999"/>`)))).toBe('peer.id-duplicate');
    // The tables are reused: what was in them must be gone.
    expect(codeOf(() => checkIds(document('<a Id="id-1"/><a Id="id-2"/>')))).toBeUndefined();
  });
});
