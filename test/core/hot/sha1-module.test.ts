// Where the module is not to be used, and that it keeps nothing. What it computes: p-sha1.test.ts and password.test.ts.
import { spawnSync } from 'node:child_process';
import { getFips, setFips } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { passwordKey, pSha1 } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { pSha1ByModule, rehashByModule, sha1Memory } from '../../../packages/core/src/hot/sha1-module.ts';
import { toHex } from '../octets.ts';

const SECRET = new Uint8Array(32).fill(1);
const SEED = new Uint8Array(58).fill(2);

/** Nothing else runs meanwhile: where OpenSSL has no FIPS provider, chance itself would fail. */
function inFipsMode<T>(use: () => T): T {
  const before = getFips() !== 0;
  setFips(true);
  try {
    return use();
  } finally {
    setFips(before);
  }
}

function takenByModule(): { readonly pSha1: boolean; readonly rehash: boolean } {
  return { pSha1: pSha1ByModule(SECRET, SEED, 0, new Uint8Array(32)), rehash: rehashByModule(new Uint8Array(20), 9) };
}

describe('the module', () => {
  test('does nothing in FIPS mode, whenever that is switched on', () => {
    expect(takenByModule()).toEqual({ pSha1: true, rehash: true });
    expect(inFipsMode(takenByModule)).toEqual({ pSha1: false, rehash: false });
    const out = new Uint8Array(32);
    inFipsMode(() => pSha1ByModule(SECRET, SEED, 0, out));
    expect(out).toEqual(new Uint8Array(32));
  });

  test('keeps nothing of what it was given or made', () => {
    expect(sha1Memory).toHaveLength(0x10000);
    for (const lengthBytes of [0, 1, 19, 20, 21, 32, 2_048]) {
      expect(
        pSha1ByModule(new Uint8Array(64).fill(3), new Uint8Array(512).fill(4), 0, new Uint8Array(lengthBytes)),
      ).toBe(true);
      expect(sha1Memory.every((octet) => octet === 0)).toBe(true);
    }
    expect(rehashByModule(new Uint8Array(20).fill(5), 3)).toBe(true);
    expect(sha1Memory.every((octet) => octet === 0)).toBe(true);
  });

  test('need not be there', () => {
    const derived = new Uint8Array(32);
    pSha1(SECRET, SEED, 5, derived);
    const fromPassword = new Uint8Array(20);
    passwordKey(SECRET, SEED, 40, fromPassword);
    const program = `
      import { passwordKey, pSha1 } from ${JSON.stringify(new URL('../../../packages/core/dist/index.js', import.meta.url))};
      const [secret, seed] = [new Uint8Array(32).fill(1), new Uint8Array(58).fill(2)];
      const [derived, fromPassword] = [Buffer.alloc(32), Buffer.alloc(20)];
      pSha1(secret, seed, 5, derived);
      passwordKey(secret, seed, 40, fromPassword);
      console.log(typeof WebAssembly, derived.toString('hex'), fromPassword.toString('hex'));`;
    const { stdout } = spawnSync(process.execPath, ['--jitless', '--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe(`undefined ${toHex(derived)} ${toHex(fromPassword)}`);
  });
});
