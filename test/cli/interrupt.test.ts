// An interrupt ends every run, whatever it is doing or waiting for.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PARLEY, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const KEYS = join(VECTORS, 'bench', 'contexts.json');
const MESSAGE = join(VECTORS, 'bench', 'signed-1k.xml');
const UNLIMITED = ['--limit', `unpackRatioMax=${10 ** 9}`, '--limit', `unpackedBytesMax=${10 ** 14}`];

/** Interrupts `parley` once it runs; `times` with a moment between. */
async function interrupted(
  words: readonly string[],
  times = 1,
): Promise<readonly [number | null, NodeJS.Signals | null]> {
  // A line on a pipe of ours says that it runs.
  const child = spawn(process.execPath, ['--import', LOADED, PARLEY, ...words], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  child.stdout?.resume();
  child.stderr?.resume();
  await Promise.race([once(child.stdio[3]!, 'data'), closed]);
  for (let time = 0; time < times; time++) {
    child.kill('SIGINT');
    if (time + 1 < times) await new Promise((wait) => setTimeout(wait, 50));
  }
  return closed;
}
/** A shell that sees the signal says 130 of both. */
const isInterrupted = ([status, signal]: readonly [number | null, NodeJS.Signals | null]): boolean =>
  status === 130 || signal === 'SIGINT';

// Says so when SIGINT is listened to.
const LOADED = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('newListener', (name) => { if (name === 'SIGINT') setTimeout(() => writeSync(3, 'x'), 300); });
`)}`;

function pipe(name: string): string {
  const path = directory.join(name);
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return path;
}

describe('an interrupt', () => {
  test.each([1, 2])(
    '%i times, while a pipe without a writer is opened',
    async (times) => {
      const fifo = pipe(`log-${times}.ndjson`);
      writeFileSync(directory.join('data.mdb'), ''); // A store, as far as one looks before the key is there.
      const runs = [
        ['verify', fifo, '--keys', KEYS, '--workers', '0'],
        ['verify', fifo, '--keys', KEYS, '--workers', '1', '--json'],
        ['inspect', fifo],
        ['verify', MESSAGE, '--keys', fifo],
        ['verify', MESSAGE, '--keys', KEYS, '--policy', fifo],
        ['verify', MESSAGE, '--contexts', directory.path, '--kek', fifo],
      ];
      for (const words of runs) expect([words, isInterrupted(await interrupted(words, times))]).toEqual([words, true]);
    },
    240_000,
  );

  test('while compressed data unpack without end', async () => {
    const RUN = [0x02, 0x00, 0x10, 0x20];
    const zstd = directory.join('bomb.log.zst');
    writeFileSync(
      zstd,
      Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, ...new Array<number[]>(500_000).fill(RUN).flat()]),
    );
    const gzip = directory.join('bomb.log.gz');
    const zeros = gzipSync(Buffer.alloc(64 << 20, 0x20));
    writeFileSync(gzip, Buffer.concat(new Array<Uint8Array>(300).fill(zeros)));
    for (const bomb of [zstd, gzip]) {
      expect(await interrupted(['verify', bomb, '--keys', KEYS, '--workers', '0', ...UNLIMITED])).toEqual([130, null]);
      expect(await interrupted(['inspect', bomb, ...UNLIMITED])).toEqual([130, null]);
    }
  }, 240_000);
});

test('a pipe with a writer is read to its end', async () => {
  const fifo = pipe('written.log.gz');
  const child = spawn(process.execPath, [PARLEY, 'verify', fifo, '--keys', KEYS, '--workers', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const record = directory.join('record.ndjson');
  const message = readFileSync(MESSAGE, 'utf8');
  writeFileSync(
    record,
    Array.from({ length: 500 }, () => `${JSON.stringify({ at: '2026-11-22T05:01:00Z', message })}\n`).join(''),
  );
  await pipeline(createReadStream(record), createGzip(), createWriteStream(fifo));
  await once(child, 'close');
  expect(JSON.parse(stdout)).toMatchObject({ messages: 500, valid: 1, refused: { 'peer.replay': 499 } });
});
