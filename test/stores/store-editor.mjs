// Looks into a store and changes it behind its back, in a process of its own.
// Runs on the built packages: node store-editor.mjs <directory> <command> [identifier…]
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Secret } from '../../packages/core/dist/index.js';
import { KeyEncryptionKey, openLmdbContextStore } from '../../packages/stores/dist/index.js';

const { open } = createRequire(new URL('../../packages/stores/package.json', import.meta.url))('lmdb');
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

async function withStore(work) {
  const store = await openLmdbContextStore({ directory, keyEncryptionKey });
  await work(store);
  await store.close();
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
  async code() {
    const opening = openLmdbContextStore({ directory, keyEncryptionKey });
    process.stdout.write(
      await opening.then(
        () => 'opened',
        (error) => error.code,
      ),
    );
  },
  cancel: ([identifier]) => withStore((store) => store.cancel(identifier, 1)),
  expire: ([identifier]) => withStore((store) => store.update(identifier, (now) => ({ ...now, expiresAtMs: 1 }))),
  rekey: ([identifier]) =>
    withStore((store) =>
      store.update(identifier, (now) => ({
        ...now,
        keys: [{ ...now.keys[0], secret: Secret.copyOf(new Uint8Array(32).fill(8)) }],
      })),
    ),
  // Many at once until the disk is full, then with room again: what was acknowledged, and whether it is there.
  async storm([prlimit]) {
    const store = await openLmdbContextStore({ directory, keyEncryptionKey });
    const acknowledged = [];
    const codes = new Set();
    const round = async (number) => {
      const names = Array.from({ length: 40 }, (_, index) => `urn:storm:${number}:${index}`);
      const outcomes = await Promise.allSettled(names.map((name) => store.insert(wide(name))));
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') acknowledged.push(names[index]);
        else codes.add(outcome.reason.code);
      }
    };
    for (let number = 0; number < 100 && codes.size === 0; number++) await round(number);
    await round(100);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const whenFull = acknowledged.length;
    execFileSync(prlimit, ['--pid', String(process.pid), '--fsize=unlimited:unlimited']);
    await round(101);
    let lost = 0;
    for (const name of acknowledged) if ((await store.get(name)) === undefined) lost++;
    await store.close();
    process.stdout.write(JSON.stringify({ codes: [...codes], whenFull, after: acknowledged.length - whenFull, lost }));
  },
  // Damages copies of the store in many ways, and uses each: how often it ended how. It is our process that must not end.
  async batter([seed, rounds]) {
    const data = readFileSync(join(directory, 'data.mdb'));
    const outcomes = {};
    for (let round = 0; round < Number(rounds); round++) {
      const copy = join(directory, `copy-${seed}-${round}`);
      mkdirSync(copy, { mode: 0o700 });
      writeFileSync(join(copy, 'data.mdb'), damaged(data, sequence(Number(seed) * 1000 + round)), { mode: 0o600 });
      const outcome = await outcomeOfUse(copy);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      rmSync(copy, { recursive: true });
    }
    process.stdout.write(JSON.stringify(outcomes));
  },
};

function wide(identifier) {
  const secret = Secret.copyOf(new Uint8Array(32).fill(1));
  const keys = [{ secret, createdAtMs: 0, expiresAtMs: 1 }];
  return {
    version: '200512',
    suite: 'Basic256',
    createdAtMs: 0,
    expiresAtMs: 1,
    keys,
    identifier,
    principal: 'p'.repeat(1000),
  };
}

/** Numbers below what is asked for, the same for the same seed. */
function sequence(seed) {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

function damaged(data, next) {
  const copy = Buffer.from(data);
  const pages = copy.length / 4096;
  const flip = (at) => {
    copy[at] ^= 1 << next(8);
  };
  const ways = [
    () => copy.subarray(0, next(copy.length)),
    () => copy.fill(next(256), next(pages) * 4096).fill(0, next(copy.length)),
    () => {
      const at = next(pages) * 4096;
      for (let offset = 0; offset < 4096; offset++) copy[at + offset] = next(256);
    },
    () => flip(next(copy.length)),
    () => flip(next(pages) * 4096 + next(64)),
    () => flip(next(2) * 4096 + next(200)),
    () => copy.fill(0, next(copy.length), next(copy.length)),
    () => {
      const from = next(pages) * 4096;
      data.copy(copy, next(pages) * 4096, from, from + 4096);
    },
  ];
  return ways[next(ways.length)]() ?? copy;
}

async function outcomeOfUse(folder) {
  let outcome = 'whole';
  const note = (error) => {
    outcome = error.code ?? String(error);
  };
  let store;
  try {
    store = await openLmdbContextStore({ directory: folder, keyEncryptionKey });
  } catch (error) {
    return `${error.code ?? error} at once`;
  }
  const names = [];
  try {
    for await (const name of store.list()) names.push(name);
  } catch (error) {
    note(error);
  }
  for (const name of names) await store.get(name).catch(note);
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.insert(wide(`urn:new:${index}`)))).catch(note);
  await store.cancel(names[0] ?? 'urn:none', 1).catch(note);
  await store.prune(Number.MAX_SAFE_INTEGER).catch(note);
  await store.close();
  return outcome;
}

await COMMANDS[command](identifiers);
