// Writes to a store without pause and prints a line for each change that was acknowledged, until it is killed.
// Runs on the built packages: node store-writer.mjs <directory> <run>

import { Secret } from '../../packages/core/dist/index.js';
import { KeyEncryptionKey, openLmdbContextStore } from '../../packages/stores/dist/index.js';

const [directory, run] = process.argv.slice(2);
const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
const START_MS = Date.UTC(2030, 0, 1);
const EXPIRES_MS = START_MS + 3_600_000;

function key(octet, instance) {
  const secret = Secret.copyOf(new Uint8Array(32).fill(octet));
  return { instance, secret, createdAtMs: START_MS, expiresAtMs: EXPIRES_MS };
}

async function cycle(store, number) {
  const identifier = `urn:run:${run}:${number}`;
  const octet = number % 250;
  process.stdout.write(`try ${identifier} ${octet}\n`);
  const context = {
    identifier,
    version: '200512',
    suite: 'Basic256',
    keys: [key(octet)],
    createdAtMs: START_MS,
    expiresAtMs: EXPIRES_MS,
    cancelledAtMs: undefined,
    principal: 'alice',
  };
  if (await store.insert(context)) process.stdout.write(`created ${identifier} ${octet}\n`);
  const renewed = await store.update(identifier, (current) => ({
    ...current,
    keys: [...current.keys, key(octet + 1, 'renewed')],
  }));
  if (renewed) process.stdout.write(`renewed ${identifier} ${octet}\n`);
  if (number % 3 === 0 && (await store.cancel(identifier, START_MS + 1))) {
    process.stdout.write(`cancelled ${identifier} ${octet}\n`);
  }
}

const store = await openLmdbContextStore({ directory, keyEncryptionKey });
process.stdout.write('open\n');
for (let number = 0; ; number += 4) {
  await Promise.all([0, 1, 2, 3].map((offset) => cycle(store, number + offset)));
}
