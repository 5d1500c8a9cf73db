import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ArchiveOptions,
  type ArchiveSummary,
  archiveReport,
  fileSegments,
  folderObjects,
  type RunFigures,
  verifyArchive,
} from '@parley/archive';
import { contextSource } from '@parley/core';
import { sampleContext } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-doors-archive-'));
const log = path.join(folder, 'log.ndjson');
writeFileSync(log, `${JSON.stringify({ id: 'a', message: '<a/>' })}\n`);
const options: ArchiveOptions = {
  source: fileSegments([log]),
  store: folderObjects(path.join(folder, 'out')),
  contexts: contextSource([sampleContext()]),
  judging: {
    profile: 'strict',
    changes: { clockSkewMs: 1 },
    at: 'message',
    allowReplays: false,
    unpack: { unpackRatioMax: 10 },
  },
  shards: 1,
  workers: 0,
  signal: new AbortController().signal,
  onEvent: () => undefined,
};
const summary: ArchiveSummary = {
  segments: 1,
  shards: 1,
  sizeBytes: 1,
  tally: {
    messages: 1,
    valid: 1,
    octets: 1,
    refused: {},
    first: {},
    hours: {},
    contexts: 1,
    topContexts: [],
    mixedContexts: 0,
  },
  unread: [],
};

export const ARCHIVE_DOORS: Readonly<Record<string, Door>> = {
  'archive.fileSegments': door((paths: readonly string[]) => fileSegments(paths).segments(), [[log]], {
    kept: ['0.0'],
  }),
  'archive.folderObjects': door((name: string) => folderObjects(name), [folder], { kept: ['0'] }),
  'archive.verifyArchive': door((given: ArchiveOptions) => verifyArchive(given), [options], {
    open: ['0.source', '0.store', '0.contexts'],
    whole: ['0.source', '0.store', '0.contexts', '0.judging.changes', '0.judging.unpack'],
    // Each mistake in what may be anything would be another job for the same store.
    fixed: ['0.shards', '0.judging.allowReplays', '0.judging.at'],
  }),
  'archive.archiveReport': door(
    (given: ArchiveSummary, run: RunFigures) => archiveReport(given, run),
    [summary, { endedAtMs: 0, elapsedMs: 1, messages: 1 }],
    { whole: ['0'] },
  ),
};

export const ARCHIVE_REASONS: Readonly<Record<string, string>> = {};
