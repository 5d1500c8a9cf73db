// Looks into a store and changes it behind its back, in a process of its own.
// Runs on the built packages: node store-editor.mjs <directory> <command> [identifier…]
import { createRequire } from 'node:module';
import { KeyEncryptionKey } from '../../../packages/conversation/dist/store/key-encryption-key.js';
import { openLmdbContextStore } from '../../../packages/conversation/dist/store/lmdb-context-store.js';
import { Secret } from '../../../packages/core/dist/index.js';

const { open } = createRequire(new URL('../../../packages/conversation/package.json', import.meta.url))('lmdb');
const [directory, command, ...identifiers] = process.argv.slice(2);
const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));

function database() {
  return open({ path: directory, noSubdir: false, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false });
}

function keyOf(identifier) {
  return Buffer.concat([Buffer.from([1]), Buffer.from(identifier)]);
}

async function change(key, edit) {
  const raw = database();
  const value = edit(Buffer.from(raw.get(key)));
  if (value === undefined) await raw.remove(key);
  else await raw.put(key, value);
  await raw.close();
}

async function outcomeOf(identifier) {
  const store = await openLmdbContextStore({ directory, keyEncryptionKey });
  try {
    await store.get(identifier);
    return 2;
  } catch (error) {
    return error.code === 'internal.store-corrupt' ? 0 : error.code === 'caller.store-key-wrong' ? 1 : 3;
  } finally {
    await store.close();
  }
}

const COMMANDS = {
  async get([identifier]) {
    const raw = database();
    process.stdout.write(Buffer.from(raw.get(keyOf(identifier))).toString('hex'));
    await raw.close();
  },
  async 'flip-each'([identifier]) {
    const raw = database();
    const record = Buffer.from(raw.get(keyOf(identifier)));
    await raw.close();
    const outcomes = [];
    for (let at = 0; at < record.length; at++) {
      const flipped = Buffer.from(record);
      flipped[at] ^= 1 << (at % 8);
      await change(keyOf(identifier), () => flipped);
      outcomes.push(await outcomeOf(identifier));
    }
    process.stdout.write(Buffer.from(outcomes).toString('hex'));
  },
  async copy([from, to]) {
    const raw = database();
    await raw.put(keyOf(to), Buffer.from(raw.get(keyOf(from))));
    await raw.close();
  },
  cut: ([identifier]) => change(keyOf(identifier), (value) => value.subarray(0, value.length - 1)),
  'drop-check': () => change(Buffer.from([0]), () => undefined),
  async fill() {
    const store = await openLmdbContextStore({ directory, keyEncryptionKey });
    const secret = Secret.copyOf(new Uint8Array(32).fill(1));
    const context = {
      version: '200512',
      suite: 'Basic256',
      createdAtMs: 0,
      expiresAtMs: 1,
      keys: [{ secret, createdAtMs: 0, expiresAtMs: 1 }],
    };
    for (let number = 0; number < 5000; number++) {
      try {
        await store.put({ ...context, identifier: `urn:fill:${number}`, principal: 'p'.repeat(1000) });
      } catch (error) {
        process.stdout.write(`${error.code}\n`);
        process.exit(0);
      }
    }
    process.stdout.write('no error\n');
  },
};

await COMMANDS[command](identifiers);
