import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibxml, SchemaSet, validate, wsSchemaFiles } from '@parley/codec';
import { afterAll, describe, expect, test } from 'vitest';
import { codeOf, octets } from '../support/reading.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-schema-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function file(content: string, name = `${count++}.xsd`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function schema(namespace: string, content: string): string {
  const target = namespace === '' ? '' : ` targetNamespace="${namespace}"`;
  return `<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="${namespace || 'urn:none'}"${target}>${content}</x:schema>`;
}

const leaf = file(schema('urn:leaf', '<x:element name="number" type="x:int"/>'));

test.each([
  [
    'import of what is not there',
    schema('urn:a', '<x:import namespace="urn:other" schemaLocation="http://host.example/"/>'),
  ],
  ['import of itself', schema('urn:a', '<x:import namespace="urn:a"/>')],
  ['import of no namespace', schema('urn:a', '<x:import schemaLocation="0.xsd"/>')],
  ['include', schema('urn:a', '<x:include schemaLocation="0.xsd"/>')],
  ['redefine', schema('urn:a', '<x:redefine schemaLocation="0.xsd"/>')],
  ['identity constraint', schema('urn:a', '<x:element name="a"><x:unique name="u"/></x:element>')],
  ['second of one namespace', schema('urn:leaf', '')],
  ['white space in a namespace', schema(' urn:a', '')],
  ['no schema', '<schema/>'],
  ['not well-formed', '<x:schema'],
  ['DOCTYPE', `<!DOCTYPE x>${schema('urn:a', '')}`],
])('a set does not take: %s', (_, content) => {
  expect(codeOf(() => new SchemaSet([leaf, file(content)]))).toBe('caller.schema-invalid');
});

test('a file that is not there is unreadable', () => {
  expect(codeOf(() => new SchemaSet([join(folder, 'missing.xsd')]))).toBe('caller.input-unreadable');
});

test('a set says its namespaces in order', () => {
  const set = new SchemaSet([leaf, file(schema('', ''))]);
  expect(set.namespaces).toEqual(['urn:leaf', '']);
});

describe.runIf(loadLibxml().available)('with libxml2', () => {
  const user = file(
    schema(
      'urn:user',
      '<x:import namespace="urn:leaf" schemaLocation="decoy.xsd"/><x:element name="list"><x:complexType><x:sequence><x:element xmlns:l="urn:leaf" ref="l:number"/></x:sequence></x:complexType></x:element>',
    ),
  );
  // What `user` points at: a schema of the same namespace that would refuse what `leaf` takes.
  file(schema('urn:leaf', '<x:element name="number" type="x:boolean"/>'), 'decoy.xsd');

  test('own schemas; an import is met by the set, not by its schemaLocation', () => {
    const set = new SchemaSet([leaf, user]);
    expect(
      validate(octets('<u:list xmlns:u="urn:user"><l:number xmlns:l="urn:leaf">7</l:number></u:list>'), set),
    ).toEqual([]);
    expect(
      validate(octets('<u:list xmlns:u="urn:user"><l:number xmlns:l="urn:leaf">true</l:number></u:list>'), set),
    ).toMatchObject([{ number: 1824, element: '{urn:leaf}number' }]);
  });

  test('own schemas beside the bundled ones, and one without a namespace', () => {
    const bare = file(schema('', '<x:element name="bare" type="x:int"/>'));
    const set = new SchemaSet([...wsSchemaFiles('messages'), leaf, bare]);
    const message = (number: string): Uint8Array =>
      octets(
        `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><l:number xmlns:l="urn:leaf">${number}</l:number></s:Body></s:Envelope>`,
      );
    expect(validate(message('7'), set)).toEqual([]);
    expect(validate(message('seven'), set)).toHaveLength(1);
    expect(validate(octets('<bare>x</bare>'), set)).toMatchObject([{ element: 'bare' }]);
  });

  test('a schema that does not compile is refused, and libxml2 works on', () => {
    const broken = new SchemaSet([file(schema('urn:broken', '<x:element name="a" type="t:missing"/>'))]);
    for (let turn = 0; turn < 20; turn++) {
      expect(codeOf(() => validate(octets('<a/>'), broken))).toBe('caller.schema-invalid');
      expect(validate(octets('<l:number xmlns:l="urn:leaf">x</l:number>'), new SchemaSet([leaf]))).toHaveLength(1);
    }
  });

  test('a file that went away after it was checked is not passed over', () => {
    const path = file(schema('urn:gone', '<x:element name="a" type="x:int"/>'));
    const set = new SchemaSet([leaf, path]);
    rmSync(path);
    expect(codeOf(() => validate(octets('<l:number xmlns:l="urn:leaf">7</l:number>'), set))).toBe(
      'caller.schema-invalid',
    );
  });

  test.each(['a b', 'a  b', '100%25', 'é', '#', '?', '&', '[x]', "'", '"'])('in a folder called %s', (name) => {
    mkdirSync(join(folder, name), { recursive: true });
    const set = new SchemaSet([file(schema('urn:odd', '<x:element name="a" type="x:int"/>'), join(name, 's.xsd'))]);
    expect(validate(octets('<a xmlns="urn:odd">7</a>'), set)).toEqual([]);
    expect(validate(octets('<a xmlns="urn:odd">x</a>'), set)).toHaveLength(1);
  });
});
