// Whether workers read a log in sections or the calling thread reads it record by record, the result is the same.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { claimedSequenceHeaders } from '@parley/conversation';
import type { AtPolicy, LogPool, LogSource, ReadSectionsOptions, WantedResults } from '@parley/log';
import {
  createLogPool,
  LogReplayCache,
  readLog,
  readSections,
  resultLine,
  SequenceLedger,
  verifyLog,
  verifySections,
} from '@parley/log';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AT_MS, mixedMessages, SampleResolver, STRICT, sampleOctets } from '../../engine/pool/sample-messages.ts';

const MESSAGE_BYTES_MAX = 40_000;
const folder = mkdtempSync(join(tmpdir(), 'parley-sections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly source: () => LogSource;
  readonly at: AtPolicy;
  readonly replays: boolean;
  readonly results: WantedResults;
  readonly failFast: boolean;
}

async function bothWays(pool: LogPool, run: Run, sectionBytes: number): Promise<readonly [unknown, unknown]> {
  const policy = STRICT;
  const read = (message: Uint8Array) => claimedSequenceHeaders(message, policy);
  const common = () => {
    const ledger = new SequenceLedger();
    const replay = run.replays ? new LogReplayCache() : ('allow' as const);
    return {
      pool,
      at: run.at,
      replay,
      sequences: { ledger, read },
      failFast: run.failFast ? new AbortController() : undefined,
    };
  };
  let expected = '';
  const old = common();
  const before = await verifyLog({
    ...old,
    entries: readLog(run.source(), { messageBytesMax: MESSAGE_BYTES_MAX }),
    batchesMax: 4,
    onResult: (result) => {
      if (run.results === 'all' || (run.results === 'refused' && !result.ok)) expected += `${resultLine(result)}\n`;
    },
  });
  let lines = '';
  let answered = 0;
  const now = common();
  const reading: ReadSectionsOptions = { messageBytesMax: MESSAGE_BYTES_MAX, workers: 1, sectionBytes };
  const after = await verifySections({
    ...now,
    sections: readSections(run.source(), reading),
    messageBytesMax: MESSAGE_BYTES_MAX,
    results: run.results,
    onResults: (more) => {
      lines += more;
    },
    onAnswered: (valid, refused) => {
      answered += valid + refused;
    },
  });
  expect(answered).toBe(after.messages);
  const exact = ({ elapsedMs: _, messagesPerSecond: _m, megabytesPerSecond: _b, octets, ...rest }: typeof before) =>
    run.failFast ? rest : { ...rest, octets };
  return [
    { ...exact(before), lines: expected, sequences: old.sequences.ledger.reports() },
    { ...exact(after), lines, sequences: now.sequences.ledger.reports() },
  ];
}

const small = Buffer.from(sampleOctets('signed-1k')).toString();
const at = new Date(AT_MS).toISOString();
const good = (id?: string) => JSON.stringify({ id, at, message: small });
/** Lines of every kind; those that are good are the same message, so that most of them are replays. */
const line = fc
  .oneof(
    fc.constantFrom(good(), good('a'), good('b'), good('é\u202e"')),
    fc.constantFrom(
      '',
      '   ',
      '\r',
      '{',
      'null',
      '[1]',
      '{"id":"x"}',
      '{"id":"","message":"<a/>"}',
      '{"id":"twice","message":"<a/>","message":"<b/>"}',
      '{"id":"twice","id":"other","message":"<a/>"}',
      '{"id":"base64","base64":"PGEvPg=="}',
      '{"id":"both","base64":"PGEvPg==","message":"<a/>"}',
      '{"id":"half","message":"<a>\\ud800</a>"}',
      '{"id":"pair","message":"<a>\\ud83d\\ude00</a>"}',
      '{"id":"\\ud800","message":"<a/>"}',
      '{"id":"at","at":"yesterday","message":"<a/>"}',
      '{"id":"at","at":1700000000000,"message":"<a/>"}',
      '{"id":"at","at":-1,"message":"<a/>"}',
      '{"id":"raw","message":"<a>\u0001</a>"}',
      JSON.stringify({ at, message: small, extra: { message: 7 } }),
      JSON.stringify({ message: small }),
      JSON.stringify({ at, base64: Buffer.from(small).toString('base64') }),
      JSON.stringify({ id: 'spaced', at, message: small }).replaceAll('":"', '" : "'),
      JSON.stringify({ id: 'spoilt', at, message: small.replace('DigestValue>', 'DigestValue>A') }),
      JSON.stringify({ id: 'unknown', at, message: small.replace('urn:uuid:ea8933b6', 'urn:uuid:ea8933b7') }),
      JSON.stringify({ id: 'large', at, message: `<a>${'x'.repeat(MESSAGE_BYTES_MAX)}</a>` }),
      `{"id":"long","message":"${'y'.repeat(3 * MESSAGE_BYTES_MAX + 70_000)}"}`,
    ),
  )
  .map((text) => Buffer.from(text));
const latin1 = fc.constant(Buffer.from('{"id":"latin-1","message":"<a>\xe9</a>"}', 'latin1'));
const log = fc
  .record({
    lines: fc.array(fc.oneof({ weight: 20, arbitrary: line }, { weight: 1, arbitrary: latin1 }), { maxLength: 14 }),
    ends: fc.constantFrom('\n', '\r\n'),
    isEnded: fc.boolean(),
    mark: fc.constantFrom('', '', '\ufeff'),
  })
  .map(({ lines, ends, isEnded, mark }) => {
    const octets = lines.flatMap((one, index) => [one, Buffer.from(index + 1 < lines.length || isEnded ? ends : '')]);
    return Buffer.concat([Buffer.from(mark), ...octets]);
  });
const way = fc.record({
  at: fc.constantFrom<AtPolicy>('message', { atMs: AT_MS }, { atMs: AT_MS + 86_400_000 }),
  replays: fc.boolean(),
  results: fc.constantFrom<WantedResults>('all', 'refused', 'none'),
  failFast: fc.boolean(),
});

describe.each([0, 1])('with %i workers, sections say what single records say', (workers) => {
  let pool: LogPool;
  beforeAll(() => {
    pool = createLogPool({ workers, policy: STRICT, contexts: new SampleResolver() });
  });
  afterAll(() => pool.close());

  test('of logs of every kind, however they are cut and however they come', async () => {
    const path = join(folder, 'log.ndjson');
    async function* pieces(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < octets.length; start += size) yield octets.subarray(start, start + size);
    }
    const sizes = fc.constantFrom(1, 97, 1500, 4000, 100_000, 10_000_000);
    await fc.assert(
      fc.asyncProperty(
        log,
        way,
        sizes,
        sizes,
        fc.constantFrom('file', 'pipe', 'gzip'),
        async (octets, run, sectionBytes, size, kind) => {
          writeFileSync(path, octets);
          const gz = gzipSync(octets, { level: 1 });
          const source = (): LogSource => {
            if (kind === 'file') return path;
            return {
              name: 'log.ndjson',
              octets: kind === 'gzip' ? pieces(gz, Math.max(size, 97)) : pieces(octets, Math.max(size, 97)),
            };
          };
          const bytes = kind === 'file' ? Math.max(sectionBytes, octets.length / 200) : sectionBytes;
          const [before, after] = await bothWays(pool, { ...run, source }, Math.ceil(bytes));
          expect(after).toEqual(before);
        },
      ),
      { numRuns: workers === 0 ? 120 : 30 },
    );
  }, 120_000);

  test('of messages that are large, and refused in every way', async () => {
    const path = join(folder, 'mixed.ndjson');
    const records = mixedMessages(60).map(({ message, atMs }, index) =>
      JSON.stringify({
        id: index % 3 === 0 ? undefined : `m${index}`,
        at: atMs === 'message' ? undefined : atMs,
        base64: Buffer.from(message).toString('base64'),
      }),
    );
    writeFileSync(path, `${records.join('\n')}\n`);
    const run = { source: () => path, at: 'message', replays: true, results: 'all', failFast: false } as const;
    for (const sectionBytes of [5_000, 300_000, 10_000_000]) {
      const [before, after] = await bothWays(pool, run, sectionBytes);
      expect(after).toEqual(before);
    }
  });
});
