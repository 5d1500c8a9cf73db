import { contextSource, Secret, type SecurityContext } from '@parley/core';
import { selectKey } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

const CREATED_MS = 1_000_000;
const EXPIRES_MS = 2_000_000;

function keyInstance(instance: string | undefined, expiresAtMs: number) {
  return { instance, secret: Secret.copyOf(new Uint8Array(32)), createdAtMs: CREATED_MS, expiresAtMs };
}

function context(over: Partial<SecurityContext> = {}): SecurityContext {
  return {
    identifier: 'urn:uuid:1',
    version: '200512',
    suite: 'Basic256',
    keys: [keyInstance(undefined, 1_500_000), keyInstance('second', EXPIRES_MS)],
    createdAtMs: CREATED_MS,
    expiresAtMs: EXPIRES_MS,
    cancelledAtMs: undefined,
    principal: undefined,
    ...over,
  };
}

describe('selectKey', () => {
  test('takes exactly the instance that is named, and the one without a name if none is', () => {
    const renewed = context();
    expect(selectKey(renewed, undefined, CREATED_MS)).toBe(renewed.keys[0]);
    expect(selectKey(renewed, 'second', CREATED_MS)).toBe(renewed.keys[1]);
    for (const instance of ['', 'Second', 'second ', 'third', 'undefined']) {
      expect(codeOf(() => selectKey(renewed, instance, CREATED_MS))).toBe('peer.bad-context');
    }
  });

  test('does not fall back to a named instance', () => {
    const onlyNamed = context({ keys: [keyInstance('second', EXPIRES_MS)] });
    expect(codeOf(() => selectKey(onlyNamed, undefined, CREATED_MS))).toBe('peer.bad-context');
  });

  test('a key ends at its own time and not before', () => {
    const code = (atMs: number) => codeOf(() => selectKey(context(), undefined, atMs));
    expect(code(1_499_999)).toBeUndefined();
    expect(code(1_500_000)).toBe('peer.context-expired');
  });

  test('no key outlives its context', () => {
    const short = context({ expiresAtMs: 1_200_000 });
    expect(codeOf(() => selectKey(short, 'second', 1_199_999))).toBeUndefined();
    expect(codeOf(() => selectKey(short, 'second', 1_200_000))).toBe('peer.context-expired');
  });

  test('a cancelled context has no keys after its last millisecond', () => {
    const cancelled = context({ cancelledAtMs: 1_300_000 });
    expect(codeOf(() => selectKey(cancelled, 'second', 1_300_000))).toBeUndefined();
    expect(codeOf(() => selectKey(cancelled, 'second', 1_300_001))).toBe('peer.bad-context');
    expect(codeOf(() => selectKey(context({ cancelledAtMs: 1, keys: [] }), undefined, 5))).toBe('peer.bad-context');
  });
});

describe('contextSource', () => {
  test('finds by exact identifier', () => {
    const first = context();
    const second = context({ identifier: 'urn:uuid:2' });
    const source = contextSource([first, second]);
    expect(source.find('urn:uuid:1')).toBe(first);
    expect(source.find('urn:uuid:2')).toBe(second);
    for (const identifier of ['', 'URN:UUID:1', 'urn:uuid:1 ', 'urn:uuid:3', '__proto__', 'constructor']) {
      expect(source.find(identifier)).toBeUndefined();
    }
  });

  test('of two with one identifier, the later stands', () => {
    const later = context({ principal: 'later' });
    expect(contextSource([context(), later]).find('urn:uuid:1')).toBe(later);
  });
});
