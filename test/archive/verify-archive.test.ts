// An archive that is verified in shards has the results of one that is verified in one go.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ArchiveEvent, type ArchiveOptions, fileSegments, folderObjects, verifyArchive } from '@parley/archive';
import { contextSource } from '@parley/core';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import {
  keptResults,
  objectsOf,
  type SampleArchive,
  sampleMessage,
  verifiedAtOnce,
  writeArchive,
} from './archive-fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const judging = { profile: 'strict', at: 'message', allowReplays: false } as const;

function optionsFor(archive: SampleArchive, name: string, changes: Partial<ArchiveOptions> = {}): ArchiveOptions {
  return {
    source: fileSegments([archive.folder]),
    store: folderObjects(path.join(folder, name)),
    contexts: contextSource(archive.contexts),
    judging,
    workers: 0,
    ...changes,
  };
}

const archive = writeArchive(path.join(folder, 'archive'), {
  segments: 8,
  messagesEach: 60,
  contexts: 23,
  replays: 20,
  forged: 20,
  ending: (segment) => (segment % 3 === 1 ? '.ndjson.gz' : '.ndjson'),
});

test('T101: 20 replays across segments and 20 forged messages are found, and nothing else', async () => {
  const options = optionsFor(archive, 'found', { shards: 7 });
  const summary = await verifyArchive(options);
  expect(summary?.tally).toMatchObject({
    messages: archive.messages,
    valid: 480,
    refused: { 'peer.digest-mismatch': 20, 'peer.replay': 20 },
    contexts: 23,
  });
  const refused = (await keptResults(options.store)).map(
    (line) => JSON.parse(line) as { id: string; code: string | null },
  );
  const idsOf = (code: string): Set<string> =>
    new Set(refused.flatMap((result) => (result.code === code ? [result.id] : [])));
  expect(idsOf('peer.replay')).toEqual(new Set(archive.replays));
  expect(idsOf('peer.digest-mismatch')).toEqual(new Set(archive.forged));
  expect(await keptResults(options.store)).toEqual(await verifiedAtOnce(archive.segments, archive.contexts));
});

/** Everything that a log can have in it besides messages. */
function writeOddities(): SampleArchive {
  const odd = writeArchive(path.join(folder, 'odd'), { segments: 4, messagesEach: 9, contexts: 5 });
  const [first = '', second = '', third = '', fourth = ''] = odd.segments;
  writeFileSync(first, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), readFileSync(first)]));
  appendFileSync(first, '\n  \r\nnot json\n{"id":"half","message":"\\ud800"}\n{"message":"<a/>","base64":""}\n');
  writeFileSync(second, readFileSync(second, 'utf8').replaceAll('\n', '\r\n').trimEnd());
  appendFileSync(third, `{"id":"long","message":"${'x'.repeat(5_000_000)}"}\n{"id":"soap","message":"<not-soap/>"}\n`);
  appendFileSync(third, readFileSync(first, 'utf8').split('\n')[2] ?? '');
  writeFileSync(fourth, '');
  const [context] = odd.contexts;
  if (context !== undefined) writeFileSync(path.join(odd.folder, 'whole.xml'), sampleMessage(context, 1));
  writeFileSync(path.join(odd.folder, 'zeros.xml'), '<not-soap/>');
  return {
    ...odd,
    segments: [...odd.segments, path.join(odd.folder, 'whole.xml'), path.join(odd.folder, 'zeros.xml')],
  };
}

test('lines that are no messages, lines of every ending, segments of one message: the same', async () => {
  const odd = writeOddities();
  const options = optionsFor(odd, 'oddities', { shards: 3 });
  const summary = await verifyArchive(options);
  const kept = await keptResults(options.store);
  expect(kept).toEqual(await verifiedAtOnce(odd.segments, odd.contexts));
  expect(summary?.tally.refused).toMatchObject({
    'caller.input-invalid': 3,
    'peer.limit-message-size': 1,
    'peer.replay': 1,
  });
});

test('how many shards and threads there are changes no result', { timeout: 120_000 }, async () => {
  const once = await verifiedAtOnce(archive.segments, archive.contexts);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 2), async (shards, workers) => {
      const options = optionsFor(archive, `shards-${run++}`, { shards, workers });
      await verifyArchive(options);
      expect(await keptResults(options.store)).toEqual(once);
    }),
    { numRuns: 3 },
  );
});

test('stopped anywhere, it goes on there, and makes the same octets', async () => {
  const whole = optionsFor(archive, 'whole', { shards: 5 });
  await verifyArchive(whole);
  const expected = await objectsOf(whole.store);
  const stopped = optionsFor(archive, 'stopped', { shards: 5 });
  for (let done = 0, runs = 0; ; runs++) {
    const stop = new AbortController();
    const begun: ArchiveEvent[] = [];
    const onEvent = (event: ArchiveEvent): void => {
      if (event.kind === 'begun') begun.push(event);
      if (event.kind === 'done' && ++done % 2 === 0) stop.abort();
    };
    const summary = await verifyArchive({ ...stopped, signal: stop.signal, onEvent });
    expect(begun.length).toBeLessThanOrEqual(3);
    expect(runs).toBeLessThan(20);
    if (summary !== undefined) break;
  }
  expect(await objectsOf(stopped.store)).toEqual(expected);
});

test('what is damaged is verified up to there, and said; what has changed since is no archive of ours', async () => {
  const damaged = writeArchive(path.join(folder, 'damaged'), {
    segments: 2,
    messagesEach: 200,
    contexts: 3,
    ending: () => '.ndjson.gz',
  });
  const [first = ''] = damaged.segments;
  const octets = readFileSync(first);
  writeFileSync(first, octets.subarray(0, octets.length - 2000));
  const options = optionsFor(damaged, 'damaged-results', { shards: 2 });
  const summary = await verifyArchive(options);
  expect(summary?.unread).toMatchObject([{ segment: first, code: 'caller.input-invalid' }]);
  expect(summary?.tally.valid).toBeGreaterThan(200);
  writeFileSync(first, octets);
  await expect(verifyArchive(options)).rejects.toMatchObject({
    code: 'caller.option-invalid',
    detail: { option: 'out' },
  });
});

test('an archive with nothing in it is refused before anything is kept of it', async () => {
  const empty = mkdtempSync(path.join(folder, 'empty-'));
  writeFileSync(path.join(empty, 'notes.txt'), 'no log');
  const store = path.join(folder, 'of nothing');
  const run = verifyArchive(optionsFor(archive, 'of nothing', { source: fileSegments([empty]) }));
  await expect(run).rejects.toMatchObject({ code: 'caller.input-invalid' });
  expect(existsSync(store)).toBe(false);
});

test.skipIf(!existsSync('/proc/self'))('results go nowhere where a folder takes no other', async () => {
  const store = folderObjects('/proc/self/of parley/deeper');
  await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'caller.output-unwritable' });
  await expect(store.putIfAbsent('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'caller.output-unwritable' });
});
