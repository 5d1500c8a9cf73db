import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEntry } from '@parley/log';
import { LogWriter, readLog } from '@parley/log';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-write-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function readAll(path: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readLog(path)) entries.push(entry);
  return entries;
}

describe('LogWriter', () => {
  test('what is written is read again octet by octet, UTF-8 or not', async () => {
    let run = 0;
    const record = fc.record({
      atMs: fc.integer({ min: 0, max: 4e12 }),
      message: fc.oneof(
        fc.uint8Array(),
        fc.string().map((text) => new TextEncoder().encode(text)),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
        const path = join(directory, `${run++}.ndjson`);
        const writer = await LogWriter.open(path);
        for (const one of records) await writer.append(one);
        await writer.close();
        const read = (await readAll(path)).map((entry) =>
          entry.kind === 'message' ? { atMs: entry.atMs, message: new Uint8Array(entry.message) } : entry,
        );
        expect(read).toEqual(records);
      }),
      { numRuns: 50 },
    );
  });

  test('appends to what is there, in a file that only its owner reads', async () => {
    const path = join(directory, 'twice.ndjson');
    for (const id of ['first', 'second']) {
      const writer = await LogWriter.open(path);
      await writer.append({ id, atMs: 0, message: new TextEncoder().encode('<a/>') });
      await writer.close();
    }
    expect((await readAll(path)).map((entry) => entry.id)).toEqual(['first', 'second']);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe(
      '{"id":"first","at":"1970-01-01T00:00:00.000Z","message":"<a/>"}',
    );
  });

  test('a place that cannot be written is a coded error', async () => {
    await expect(LogWriter.open(join(directory, 'no', 'such', 'folder'))).rejects.toMatchObject({
      code: 'caller.output-unwritable',
    });
  });
});
