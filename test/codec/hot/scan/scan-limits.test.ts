import { scan, Tape } from '@parley/codec';
import { checkIds } from '@parley/codec/internal';
import type { FaultCode, Limits } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { CHAIN_MAX, EQUAL_HASHES_MAX } from '../../../../packages/codec/src/hot/octets/octet-hash.ts';
import { collidingNames, namesOfOneHash } from '../../support/colliding-names.ts';
import { codeOf, octets, read, vectorJson } from '../../support/reading.ts';

type LimitName = keyof Limits;

interface LimitVector {
  readonly id: string;
  readonly limit: LimitName;
  readonly code: FaultCode;
  readonly least: number;
  readonly limits: readonly (number | 'default')[];
  readonly with?: Partial<Limits>;
  readonly document: readonly (string | { readonly text: string; readonly less?: number })[];
}

const { vectors } = vectorJson<{ vectors: readonly LimitVector[] }>('codec-limits/limits.json');

const CASES = vectors.flatMap((vector) =>
  vector.limits.flatMap((limit) => {
    const most = limit === 'default' ? DEFAULT_LIMITS[vector.limit] : limit;
    return [false, true].map((plainly) => ({ vector, most, plainly, id: vector.id }));
  }),
);

/** The document of `vector` with exactly `count` of what its limit counts. */
function documentOf({ document }: LimitVector, count: number): Uint8Array {
  const parts = document.map((part) => {
    if (typeof part === 'string') return part;
    const { text, less = 0 } = part;
    if (!text.includes('#')) return text.repeat(count - less);
    return Array.from({ length: count - less }, (_, turn) => text.replace('#', String(turn))).join('');
  });
  return octets(parts.join(''));
}

describe('each limit of the scanner', () => {
  test.each(CASES)('$id of $most, plainly: $plainly', ({ vector, most, plainly }) => {
    const limits = { ...DEFAULT_LIMITS, ...vector.with, [vector.limit]: most };
    const outcome = (count: number): FaultCode | undefined =>
      codeOf(() => scan(documentOf(vector, count), limits, new Tape(), { plainly }));
    if (most >= vector.least) expect(outcome(most)).toBeUndefined();
    expect(outcome(Math.max(most + 1, vector.least))).toBe(vector.code);
  });

  test('has a vector', () => {
    const ofScanner: readonly LimitName[] = [
      'messageBytesMax',
      'depthMax',
      'nodesMax',
      'attributesPerElementMax',
      'namespacesPerElementMax',
      'nameBytesMax',
      'attributeValueBytesMax',
    ];
    expect(new Set(vectors.map(({ limit }) => limit))).toEqual(new Set(ofScanner));
    for (const limit of ofScanner) {
      const tried = vectors.filter((vector) => vector.limit === limit).flatMap(({ limits }) => limits);
      expect(tried, limit).toEqual(expect.arrayContaining([0, 1, 'default']));
    }
  });
});

describe('T33: names that were made to collide', () => {
  /** The last one is still found behind all others; one more is behind too many. */
  const most = CHAIN_MAX + 2;
  const names = collidingNames(most + 1);
  const wide = { namespacesPerElementMax: 1000, attributesPerElementMax: 1000 };
  const declarations = (count: number): string =>
    `<a${names
      .slice(0, count)
      .map((name) => ` xmlns:${name}="urn:x"`)
      .join('')}/>`;
  const attributes = (count: number): string =>
    `<a${names
      .slice(0, count)
      .map((name) => ` ${name}=""`)
      .join('')}/>`;
  const ids = (count: number): string =>
    `<a>${names
      .slice(0, count)
      .map((name) => `<b Id="${name}"/>`)
      .join('')}</a>`;

  test.each([
    ['prefixes', declarations, 'peer.limit-namespaces'],
    ['attributes', attributes, 'peer.limit-attributes'],
    ['ids', ids, 'peer.limit-nodes'],
  ] as const)('%s: as many as are looked through, and one more', (_, documentOf, code) => {
    const outcome = (count: number): FaultCode | undefined =>
      codeOf(() => checkIds(read(documentOf(count), wide, { plainly: true })));
    expect(outcome(most)).toBeUndefined();
    expect(outcome(most + 1)).toBe(code);
  });

  // These have one hash in every table, so that they would be compared octet by octet, however large the table is.
  const alike = namesOfOneHash(EQUAL_HASHES_MAX + 2);
  const alikeAsUrns = namesOfOneHash(EQUAL_HASHES_MAX + 2, 'urn:');
  test.each([
    ['prefixes', alike.map((name) => `<a xmlns:${name}="urn:x"/>`), 'peer.limit-namespaces'],
    ['namespaces', alikeAsUrns.map((name) => `<a xmlns="urn:${name}"/>`), 'peer.limit-namespaces'],
    ['ids', alike.map((name) => `<b Id="${name}"/>`), 'peer.limit-nodes'],
  ] as const)('%s of one hash: as many as are compared, and one more', (_, elements, code) => {
    const outcome = (count: number): FaultCode | undefined => {
      const content = elements.slice(0, count).join('');
      return codeOf(() => checkIds(read(`<a>${content}</a>`, {}, { plainly: true })));
    };
    expect(outcome(EQUAL_HASHES_MAX + 1)).toBeUndefined();
    expect(outcome(EQUAL_HASHES_MAX + 2)).toBe(code);
  });

  test('attributes of one hash: as many as are compared, and one more', () => {
    const others = Array.from({ length: 10 }, (_, at) => ` z${99 - at}=""`).join('');
    const outcome = (count: number): FaultCode | undefined => {
      const written = alike.slice(0, count).map((name) => ` ${name}=""`);
      return codeOf(() => read(`<a${others}${written.join('')}/>`, {}, { plainly: true }));
    };
    expect(outcome(EQUAL_HASHES_MAX + 1)).toBeUndefined();
    expect(outcome(EQUAL_HASHES_MAX + 2)).toBe('peer.limit-attributes');
  });
});
