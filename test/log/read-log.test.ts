import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LogEntry, LogSource } from '@parley/log';
import { readLog } from '@parley/log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-log-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LINES = ['{"id":"1","message":"<a/>"}', '{"id":"2","message":"<b/>"}'];

// Two zstd frames made by zstd 1.5 from the two lines, each with its line feed; a checksum on each.
const ZSTD_FRAMES = [
  'KLUv/QRY4QAAeyJpZCI6IjEiLCJtZXNzYWdlIjoiPGEvPiJ9Cr+3z8c=',
  'KLUv/QRY4QAAeyJpZCI6IjIiLCJtZXNzYWdlIjoiPGIvPiJ9Ch1NL0c=',
];
const ZSTD = Buffer.concat(ZSTD_FRAMES.map((frame) => Buffer.from(frame, 'base64')));

function file(name: string, contents: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, contents);
  return path;
}

async function* pieces(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < octets.length; start += size) yield octets.subarray(start, start + size);
}

const stdin = (text: string | Uint8Array, size = 7): LogSource => ({
  name: '-',
  octets: pieces(Buffer.from(text), size),
});

async function all(source: LogSource, messageBytesMax = 1000): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readLog(source, { messageBytesMax })) entries.push(entry);
  return entries;
}

const ids = async (source: LogSource): Promise<string[]> => (await all(source)).map((entry) => entry.id);

describe('readLog: formats', () => {
  test('NDJSON by name, with a byte order mark, blank lines, CRLF, and no end of line', async () => {
    expect(await ids(file('a.ndjson', `\ufeff${LINES.join('\r\n\r\n')}`))).toEqual(['1', '2']);
  });

  test('one XML message by name, whatever it holds; its id is the file', async () => {
    const path = file('m.xml', 'no XML at all');
    expect(await all(path)).toEqual([
      { kind: 'message', id: path, atMs: undefined, message: Buffer.from('no XML at all') },
    ]);
  });

  test('by the first octet where the name says nothing', async () => {
    expect(await ids(stdin(`\n ${LINES.join('\n')}\n`))).toEqual(['1', '2']);
    expect(await ids(stdin('\ufeff\n <a/>'))).toEqual(['-']);
    expect(await ids(file('x.log', `${LINES[0]}\n`))).toEqual(['1']);
    expect(await all(stdin(Buffer.from('\ufeff<a/>', 'utf16le')))).toMatchObject([{ kind: 'message', id: '-' }]);
    await expect(all(stdin('At 12:00 a message came'))).rejects.toMatchObject({ code: 'caller.input-invalid' });
  });

  test('nothing is no message', async () => {
    expect(await all(stdin(''))).toEqual([]);
    expect(await all(file('empty.ndjson', ''))).toEqual([]);
  });

  test('an empty XML file is a message of no octets', async () => {
    expect(await all(file('empty.xml', ''))).toMatchObject([{ kind: 'message', message: Buffer.alloc(0) }]);
  });
});

describe('readLog: bad records', () => {
  test('a bad line is refused by file and line, and the others are read', async () => {
    const path = file('bad.ndjson', `${LINES[0]}\nnot json\n{"at":1}\n${LINES[1]}\n`);
    expect(await all(path)).toMatchObject([
      { id: '1' },
      { kind: 'refused', id: `${path}:2`, reply: { code: 'caller.input-invalid' } },
      { kind: 'refused', id: `${path}:3`, reply: { code: 'caller.input-invalid' } },
      { id: '2' },
    ]);
  });

  test('a line longer than any message is skipped to its end in constant memory', async () => {
    const chunk = Buffer.alloc(1 << 20, 0x78);
    async function* octets(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${LINES[0]}\n{"message":"`);
      for (let index = 0; index < 200; index++) yield Buffer.from(chunk);
      yield Buffer.from(`"}\n${LINES[1]}\n`);
    }
    let heldMax = 0;
    const held = process.memoryUsage().arrayBuffers;
    const entries: LogEntry[] = [];
    const onOctets = (): void => {
      heldMax = Math.max(heldMax, process.memoryUsage().arrayBuffers - held);
    };
    for await (const entry of readLog({ name: '-', octets: octets() }, { onOctets })) entries.push(entry);
    expect(entries).toMatchObject([
      { id: '1' },
      { kind: 'refused', id: '-:2', reply: { code: 'peer.limit-message-size' } },
      { id: '2' },
    ]);
    expect(heldMax).toBeLessThan(150 << 20);
  });

  test('an XML file larger than a message is refused without being read to its end', async () => {
    let taken = 0;
    const octets = pieces(Buffer.alloc(100_000, 0x3c), 100);
    for await (const entry of readLog(
      { name: 'huge.xml', octets },
      { messageBytesMax: 1000, onOctets: (count) => (taken += count) },
    )) {
      expect(entry).toMatchObject({ kind: 'refused', reply: { code: 'peer.limit-message-size' } });
    }
    expect(taken).toBeLessThan(2000);
  });
});

describe('readLog: compression', () => {
  const text = `${LINES.join('\n')}\n`;

  test('gzip, also of several members and through a pipe', async () => {
    expect(await ids(file('a.ndjson.gz', gzipSync(text)))).toEqual(['1', '2']);
    const members = Buffer.concat(LINES.map((line) => gzipSync(`${line}\n`)));
    expect(await ids(stdin(members))).toEqual(['1', '2']);
    expect(await all(file('m.xml.gz', gzipSync('<a/>')))).toMatchObject([{ message: Buffer.from('<a/>') }]);
  });

  test('zstd of several frames, by name and through a pipe', async () => {
    expect(await ids(file('a.log.zst', ZSTD))).toEqual(['1', '2']);
    expect(await ids(stdin(ZSTD, 1))).toEqual(['1', '2']);
  });

  test.each([
    ['gzip', 'cut.ndjson.gz', gzipSync('x'.repeat(10_000)).subarray(0, 20)],
    ['zstd', 'cut.ndjson.zst', ZSTD.subarray(0, 40)],
    ['an empty gzip file', 'none.ndjson.gz', Buffer.alloc(0)],
    ['what is not gzip', 'plain.ndjson.gz', Buffer.from(text)],
    ['what is not zstd', 'plain.ndjson.zst', gzipSync(text)],
    [
      'zstd with a window of gigabytes',
      'w.log.zst',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ],
  ])('%s, truncated or corrupt, is a coded error that names the file', async (_, name, octets) => {
    const path = file(name, octets);
    await expect(all(path)).rejects.toMatchObject({ code: 'caller.input-invalid', detail: { file: path } });
  });

  test('a corrupt gzip file gives the records before the damage', async () => {
    const lines = Array.from(
      { length: 2000 },
      (__, index) => `{"id":"${index}","message":"<a>${Math.sin(index)}</a>"}\n`,
    );
    const octets = gzipSync(lines.join(''));
    const path = file('damaged.ndjson.gz', octets.subarray(0, octets.length - 10));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const entry of readLog(path)) seen.push(entry.id);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'caller.input-invalid' });
    expect(seen.length).toBeGreaterThan(1000);
  });
});

describe('readLog: unreadable files', () => {
  test('a missing file, a directory, a file without permission', async () => {
    await expect(all(join(directory, 'nowhere.ndjson'))).rejects.toMatchObject({
      code: 'caller.input-unreadable',
      detail: { reason: 'ENOENT' },
    });
    await expect(all(directory)).rejects.toMatchObject({ code: 'caller.input-unreadable' });
    const path = file('closed.ndjson', text());
    chmodSync(path, 0);
    // The superuser may read it all the same.
    if (process.getuid?.() !== 0) await expect(all(path)).rejects.toMatchObject({ detail: { reason: 'EACCES' } });
    else expect(spawnSync('true').status).toBe(0);
  });
});

function text(): string {
  return LINES.join('\n');
}
