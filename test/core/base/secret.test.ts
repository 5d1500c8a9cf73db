import { inspect } from 'node:util';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { isUnshared, toHex } from '../octets.ts';

// As text, hex, base64 or numbers, these octets would be recognised.
const OCTETS = new TextEncoder().encode('attack at dawn, 5 sharp');

describe('Secret', () => {
  test('lends a copy of the octets that it was made of', () => {
    const source = OCTETS.slice();
    const secret = Secret.copyOf(source);
    source.fill(0);
    expect(secret.lengthBytes).toBe(OCTETS.length);
    expect(secret.lend(toHex)).toBe(toHex(OCTETS));
    expect(secret.lend((bytes) => bytes.length)).toBe(OCTETS.length);
  });

  test('is filled in place', () => {
    const secret = Secret.filledBy(4, (out) => out.set([1, 2, 3, 4]));
    expect(secret.lend(toHex)).toBe('01020304');
  });

  test('T69: has a buffer of its own', () => {
    expect(Secret.copyOf(Buffer.from('pooled')).lend(isUnshared)).toBe(true);
    expect(Secret.filledBy(16, (out) => out.fill(1)).lend(isUnshared)).toBe(true);
  });

  test('T74: never shows its octets', () => {
    const secret = Secret.copyOf(OCTETS);
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret, { depth: 9, showHidden: true, getters: true }),
      inspect({ nested: [secret] }, { depth: 9 }),
      Object.entries(secret).join(),
      JSON.stringify(structuredClone(secret)),
    ].join('\n');
    expect(shown).not.toContain('attack');
    expect(shown).not.toContain(toHex(OCTETS).slice(0, 8));
    expect(shown).not.toContain(Buffer.from(OCTETS).toString('base64').slice(0, 8));
    expect(shown).not.toContain(`${OCTETS[0]},`);
    expect(shown).toContain(`Secret(${OCTETS.length} octets)`);
  });

  test('is of no use once wiped, and its octets are zero', () => {
    const secret = Secret.copyOf(OCTETS);
    const kept = secret.lend((bytes) => bytes);
    secret.wipe();
    secret.wipe();
    expect(kept).toEqual(new Uint8Array(OCTETS.length));
    expect(codeOf(() => secret.lend(() => undefined))).toBe('caller.context-unusable');
  });
});
