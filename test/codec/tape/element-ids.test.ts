import type { Tape } from '@parley/codec';
import { localNameOf, scan } from '@parley/codec';
import { checkIds, E, ELEMENT_WORDS, resolveId } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf, octets, read } from '../support/reading.ts';

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

test('T28 T35: however many references, each Id is read once', () => {
  const written = Array.from({ length: 100 }, (_, index) => `<a u:Id="&#65;${index}"/>`).join('');
  const references = Array.from({ length: 100 }, (_, index) => `<ref>A${index}</ref>`).join('');
  const tape = document(`${references}${written}`);
  checkIds(tape);
  const readBytes = tape.idIndex.resolved.length;
  expect(readBytes).toBe(290);
  for (let reference = 1; reference <= 100; reference++) {
    const base = reference * ELEMENT_WORDS;
    const element = resolveId(tape, tape.elements[base + E.content]!, tape.elements[base + E.contentEnd]!);
    expect(element).toBe(reference + 100);
  }
  expect(tape.idIndex.resolved.length).toBe(readBytes);
});

test('a reference finds an element of the document that is there now', () => {
  const tape = document('<ref>x</ref><a u:Id="x"/>');
  const [start, end] = [E.content, E.contentEnd].map((word) => tape.elements[ELEMENT_WORDS + word]!);
  expect(resolveId(tape, start!, end!)).toBe(2);
  scan(octets(`<r ${DECLARED}><ref>x</ref><a u:Id="y"/></r>`), DEFAULT_LIMITS, tape);
  expect(resolveId(tape, start!, end!)).toBe(-1);
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

  test.each([
    ['<a u:Id="x" Id="y"/>', undefined],
    ['<a u:Id="x" Id="x"/>', undefined],
    ['<a u:Id="x" Id="y" ID="z"/>', undefined],
    ['<a u:Id="x" Id="y" ID="x"/>', 'peer.id-duplicate'],
    ['<a u:Id="x" Id="y"/><b Id="y"/>', 'peer.id-duplicate'],
    ['<a u:Id="x" Id="x"/><b ID="x"/>', 'peer.id-duplicate'],
    ['<a u:Id="x" Id="x"/><b u:Id="&#x78;"/>', 'peer.id-duplicate'],
  ])('several ids of one element: %s', (content, code) => {
    const tape = document(content);
    expect(codeOf(() => checkIds(tape, { foreign: 'unique', unqualified: true, several: true }))).toBe(code);
    expect(codeOf(() => checkIds(tape, { foreign: 'unique', unqualified: true, several: false }))).toMatch(/^peer/);
  });

  test('ids without a prefix name every element, where they may', () => {
    const tape = document('<a Id="x"/>');
    const at = Buffer.from(tape.bytes).indexOf('"x"') + 1;
    checkIds(tape, { foreign: 'ignored', unqualified: true, several: false });
    expect(resolveId(tape, at, at + 1)).toBe(1);
    checkIds(tape);
    expect(resolveId(tape, at, at + 1)).toBe(-1);
    const twice = document('<a Id="x"/><b Id="x"/>');
    expect(codeOf(() => checkIds(twice, { foreign: 'ignored', unqualified: true, several: true }))).toBe(
      'peer.id-duplicate',
    );
    expect(codeOf(() => checkIds(twice, { foreign: 'ignored', unqualified: false, several: false }))).toBeUndefined();
  });

  test('many ids, the last one twice', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `<a u:Id="id-${index}"/>`).join('');
    expect(codeOf(() => checkIds(document(many)))).toBeUndefined();
    expect(codeOf(() => checkIds(document(`${many}<a Id="id-4999"/>`)))).toBe('peer.id-duplicate');
    // The tables are reused: what was in them must be gone.
    expect(codeOf(() => checkIds(document('<a Id="id-1"/><a Id="id-2"/>')))).toBeUndefined();
  });
});
