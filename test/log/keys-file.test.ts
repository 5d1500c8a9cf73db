import { Fault, type Secret } from '@parley/core';
import { selectKey } from '@parley/core/internal';
import { parseKeys } from '@parley/log';
import { describe, expect, test } from 'vitest';

const SECRET = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const OTHER = '//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=';
const parse = (value: unknown) => parseKeys(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const octets = (secret: Secret): string => secret.lend((bytes) => Buffer.from(bytes).toString('base64'));

describe('parseKeys', () => {
  test('an entry without a lifetime is good at any time and for either generation', () => {
    const [context] = parse({
      contexts: [{ identifier: 'urn:x:1', instance: null, secret: SECRET, suite: 'Basic256' }],
    });
    expect(context).toMatchObject({
      identifier: 'urn:x:1',
      version: undefined,
      suite: 'Basic256',
      cancelledAtMs: undefined,
    });
    const key = context && selectKey(context, undefined, Date.UTC(2500, 0));
    expect(key && octets(key.secret)).toBe(SECRET);
    expect(context && selectKey(context, undefined, 0)).toBe(key);
  });

  test('a bare array with lifetime, namespace and cancellation', () => {
    const [context] = parse([
      {
        identifier: 'urn:x:1',
        secret: SECRET,
        wscNamespace: 'http://schemas.xmlsoap.org/ws/2005/02/sc',
        created: '2026-01-15T11:50:00Z',
        expires: '2026-01-15T21:50:00Z',
        cancelled: '2026-01-15T12:00:00Z',
      },
    ]);
    expect(context).toMatchObject({
      version: '200502',
      expiresAtMs: Date.UTC(2026, 0, 15, 21, 50),
      cancelledAtMs: Date.UTC(2026, 0, 15, 12),
    });
  });

  test('entries of one identifier become one context, each key with its own lifetime', () => {
    const contexts = parse([
      { identifier: 'urn:x:1', secret: SECRET, created: '2026-01-01T00:00:00Z', expires: '2026-01-01T01:00:00Z' },
      { identifier: 'urn:x:2', secret: OTHER },
      {
        identifier: 'urn:x:1',
        instance: 'urn:i:2',
        secret: OTHER,
        created: '2026-01-01T00:30:00Z',
        expires: '2026-01-01T02:00:00Z',
      },
    ]);
    expect(contexts.map((context) => context.identifier)).toEqual(['urn:x:1', 'urn:x:2']);
    const [context] = contexts;
    expect(context?.keys.map((key) => [key.instance, octets(key.secret)])).toEqual([
      [undefined, SECRET],
      ['urn:i:2', OTHER],
    ]);
    expect(context).toMatchObject({ createdAtMs: Date.UTC(2026, 0, 1), expiresAtMs: Date.UTC(2026, 0, 1, 2) });
    expect(() => context && selectKey(context, undefined, Date.UTC(2026, 0, 1, 1, 30))).toThrow(Fault);
  });

  test.each([
    ['not JSON', '{', {}],
    ['no contexts', { keys: [] }, { field: 'contexts' }],
    ['an entry that is text', ['x'], { entry: 0 }],
    ['no identifier', [{ secret: SECRET }], { entry: 0, field: 'identifier' }],
    ['an empty identifier', [{ identifier: '', secret: SECRET }], { entry: 0, field: 'identifier' }],
    ['no secret', [{ identifier: 'a' }], { entry: 0, field: 'secret' }],
    ['an empty secret', [{ identifier: 'a', secret: '' }], { entry: 0, field: 'secret' }],
    ['a secret that is not base64', [{ identifier: 'a', secret: 'top*secret' }], { entry: 0, field: 'secret' }],
    ['an unknown suite', [{ identifier: 'a', secret: SECRET, suite: 'Rot13' }], { entry: 0, field: 'suite' }],
    ['an unknown generation', [{ identifier: 'a', secret: SECRET, version: '2024' }], { entry: 0, field: 'version' }],
    [
      'a namespace of nobody',
      [{ identifier: 'a', secret: SECRET, wscNamespace: 'urn:x' }],
      { entry: 0, field: 'wscNamespace' },
    ],
    [
      'a version against its namespace',
      [
        {
          identifier: 'a',
          secret: SECRET,
          version: '200512',
          wscNamespace: 'http://schemas.xmlsoap.org/ws/2005/02/sc',
        },
      ],
      { entry: 0 },
    ],
    ['a date that is none', [{ identifier: 'a', secret: SECRET, expires: 'tomorrow' }], { entry: 0, field: 'expires' }],
    [
      'an end before the beginning',
      [{ identifier: 'a', secret: SECRET, created: '2026-01-02T00:00:00Z', expires: '2026-01-01T00:00:00Z' }],
      { entry: 0, field: 'expires' },
    ],
    [
      'a misspelt field',
      [
        { identifier: 'a', secret: SECRET },
        { identifier: 'b', secret: SECRET, expire: '2026-01-02T00:00:00Z' },
      ],
      { entry: 1, field: 'expire' },
    ],
    [
      'one instance twice',
      [
        { identifier: 'a', secret: SECRET },
        { identifier: 'a', secret: OTHER },
      ],
      { entry: 1, field: 'instance' },
    ],
    [
      'two suites of one context',
      [
        { identifier: 'a', secret: SECRET },
        { identifier: 'a', instance: 'i', secret: OTHER, suite: 'Basic128' },
      ],
      { entry: 1, field: 'suite' },
    ],
  ])('%s is refused, and where is said', (_, value, detail) => {
    let thrown: unknown;
    try {
      parse(value);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'caller.keys-invalid', detail });
    expect(JSON.stringify((thrown as Fault).detail) + String(thrown)).not.toMatch(/secret\*|top\*|AAECAwQF/);
  });
});
