import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contextSource } from '@parley/core';
import { policyOf } from '@parley/engine';
import type { LogPool, Section } from '@parley/log';
import {
  createLogPool,
  fileOctets,
  findLogFiles,
  keysText,
  LogReplayCache,
  LogWriter,
  parseKeys,
  readLog,
  readSections,
  resultLine,
  SequenceLedger,
  untilAborted,
  verifyLog,
  verifySections,
} from '@parley/log';
import { NOW_MS, sampleContext, sampleEnvelope } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

const folder = mkdtempSync(path.join(tmpdir(), 'parley-doors-log-'));
const file = path.join(folder, 'log.ndjson');
const writer = await LogWriter.open(file);
await writer.append({ atMs: NOW_MS, message: sampleEnvelope() });
await writer.close();
const poolOptions = { workers: 0, policy: policyOf(), contexts: contextSource([sampleContext()]) } as const;
const pool: LogPool = createLogPool(poolOptions);
const unpack = { unpackedBytesMax: 1_000_000, unpackRatioMax: 10, unpackWindowBytesMax: 1_000_000 };
const reading = { messageBytesMax: 1_000_000, unpack, onOctets: () => undefined };
const follower = { ledger: new SequenceLedger(), read: () => undefined };
const run = { at: 'message', sequences: follower, signal: new AbortController().signal } as const;
const numbers = {
  numbered: { identifier: 's', number: 1 },
  acknowledgements: [{ identifier: 's', ranges: [{ lower: 1, upper: 2 }] }],
};

async function drained(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function* none(): AsyncGenerator<never> {
  // Nothing to be read.
}

export const LOG_DOORS: Readonly<Record<string, Door>> = {
  'log.fileOctets': door((name: string) => drained(fileOctets(name)), [file], { kept: ['0'] }),
  'log.findLogFiles': door((names: readonly string[]) => findLogFiles(names), [[file]], { kept: ['0.0'] }),
  'log.parseKeys': door((text: Uint8Array) => parseKeys(text), [new TextEncoder().encode('{"contexts":[]}')]),
  'log.keysText': door((contexts: Given<typeof keysText>[0]) => keysText(contexts), [[sampleContext()]], {
    whole: ['0'],
  }),
  'log.LogReplayCache#insertIfAbsent': door(
    (...given: Given<LogReplayCache['insertIfAbsent']>) => new LogReplayCache().insertIfAbsent(...given),
    ['urn:uuid:1', 'key'],
  ),
  'log.LogReplayCache#insertPrint': door(
    (...given: Given<LogReplayCache['insertPrint']>) => new LogReplayCache().insertPrint(...given),
    [1, 2, 3],
  ),
  'log.readLog': door((...given: Given<typeof readLog>) => drained(readLog(...given)), [file, reading], {
    kept: ['0'],
  }),
  'log.resultLine': door(
    (result: Given<typeof resultLine>[0]) => resultLine(result),
    [{ id: 'a', ok: false, atMs: NOW_MS, code: 'peer.replay', detail: { identifier: 'urn:uuid:1' } }],
    { open: ['0'], whole: ['0.detail'] },
  ),
  'log.createLogPool': door((options: Given<typeof createLogPool>[0]) => createLogPool(options), [poolOptions], {
    open: ['0.contexts'],
    whole: ['0.contexts', '0.policy'],
    end: (made: LogPool) => made.close(),
  }),
  'log.readSections': door(
    async (...given: Given<typeof readSections>) => {
      for await (const section of readSections(...given)) if ('release' in section) section.release();
    },
    [file, { ...reading, workers: 0, sectionBytes: 1000 }],
    { kept: ['0'] },
  ),
  'log.verifySections': door(
    (options: Given<typeof verifySections>[0]) => verifySections(options),
    [
      {
        ...run,
        sections: none() as AsyncIterable<Section>,
        pool,
        messageBytesMax: 1_000_000,
        replay: 'allow',
        results: 'none',
        onResults: () => undefined,
        onAnswered: () => undefined,
        failFast: new AbortController(),
      },
    ],
  ),
  'log.verifyLog': door(
    (options: Given<typeof verifyLog>[0]) => verifyLog(options),
    [
      {
        ...run,
        entries: none(),
        pool,
        replay: 'allow',
        batchesMax: 2,
        onResult: () => undefined,
        failFast: new AbortController(),
      },
    ],
  ),
  'log.untilAborted': door(
    (...given: Given<typeof untilAborted>) => drained(untilAborted(...given)),
    [none(), new AbortController().signal],
  ),
  'log.SequenceLedger#add': door(
    (...given: Given<SequenceLedger['add']>) => new SequenceLedger().add(...given),
    ['urn:uuid:1', numbers],
    { open: ['1', '1.numbered', '1.acknowledgements.0', '1.acknowledgements.0.ranges.0'] },
  ),
  'log.LogWriter.open': door(LogWriter.open, [path.join(folder, 'written')], {
    kept: ['0'],
    end: (opened: LogWriter) => opened.close(),
  }),
  'log.LogWriter#append': door(
    async (record: Given<LogWriter['append']>[0]) => {
      const opened = await LogWriter.open(path.join(folder, 'appended'));
      try {
        await opened.append(record);
      } finally {
        await opened.close();
      }
    },
    [{ id: 'a', atMs: NOW_MS, message: sampleEnvelope() }],
  ),
};

export const LOG_REASONS: Readonly<Record<string, string>> = {
  'log.isUnpackLimit': 'tells of anything whether it is a limit',
  'log.LogReplayCache': 'takes nothing',
  'log.SequenceLedger': 'takes nothing',
  'log.LogWriter': 'made by open',
};
