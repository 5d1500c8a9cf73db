// What remembers so many and no more costs no more when it is full: what was forgotten is not passed over again with each that comes.
import { TokenContextStore } from '@parley/conversation';
import { contextOf } from '@parley/core';
import { KeyEncryptionKey, MemoryWitness } from '@parley/sealing';
import { expect, test } from 'vitest';

const AT_ONCE = 10_000;
const SECRET = new Uint8Array(32).fill(5);

type Memory = readonly [name: string, holds: number, make: () => (index: number) => unknown];

const MEMORIES: readonly Memory[] = [
  [
    'a witness',
    200_000,
    () => {
      const witness = new MemoryWitness();
      return (index) => witness.saw(`place ${index}`, index);
    },
  ],
  [
    'tokens',
    70_000,
    () => {
      const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(1));
      const store = new TokenContextStore({ keyEncryptionKey, service: 'a', revocations: 'none', contextsMax: 70_000 });
      return async (index) => await store.insert(contextOf({ identifier: `urn:uuid:${index}`, secret: SECRET }));
    },
  ],
];

/** The most that {@link AT_ONCE} of them took, of processor time, as steps of `begin` to `end`. */
async function most(remember: (index: number) => unknown, begin: number, end: number): Promise<number> {
  let mostMs = 0;
  for (let index = begin; index < end; ) {
    const before = process.cpuUsage();
    for (const last = index + AT_ONCE; index < last; index++) await remember(index);
    const { user, system } = process.cpuUsage(before);
    mostMs = Math.max(mostMs, (user + system) / 1000);
  }
  return mostMs;
}

test.each(MEMORIES)('%s', { timeout: 60_000 }, async (_, holds, make) => {
  const remember = make();
  const whileFilling = await most(remember, 0, holds);
  expect(await most(remember, holds, 2 * holds)).toBeLessThan(5 * whileFilling);
});
