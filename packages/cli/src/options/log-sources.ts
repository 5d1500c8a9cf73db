import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { LogEntry, LogSource, OddFile, ReadLogOptions, ReadSectionsOptions, Section } from '@parley/log';
import { findLogFiles, readLog, readSections } from '@parley/log';
import type { Terminal } from '../terminal/terminal.ts';

/** What the command was told to read. */
export interface LogSources {
  readonly sources: readonly FoundSource[];
  /** Size on disk of them all; `undefined` when a pipe is among them. */
  readonly sizeBytes: number | undefined;
  /** Entries of directories that are no logs by their names. */
  readonly skipped: number;
  readonly odd: readonly OddFile[];
}

export interface FoundSource {
  readonly source: LogSource;
  /** Whether it was named itself, and not found in a folder. */
  readonly isNamed: boolean;
}

/** What was not read, or not to its end. */
export class Unread {
  readonly replies: FailedReply[] = [];
  /** Files in folders that hold results of a verification. */
  resultsFiles = 0;
}

/** `paths` as sources, `-` being standard input. @throws Fault `caller.input-unreadable`, `caller.input-invalid` */
export async function findSources(paths: readonly string[], terminal: Terminal): Promise<LogSources> {
  if (paths.filter((path) => path === '-').length > 1)
    throw new Fault('caller.option-invalid', { reason: '- may be given once' });
  const sources: FoundSource[] = [];
  const odd: OddFile[] = [];
  let sizeBytes: number | undefined = 0;
  let skipped = 0;
  for (const path of paths) {
    if (path === '-') {
      sources.push({ source: { name: '-', octets: terminal.stdin }, isNamed: true });
      sizeBytes = undefined;
      continue;
    }
    const found = await findLogFiles([path]);
    if (found.files.length === 0 && found.odd.length === 0)
      throw new Fault('caller.input-invalid', { path, reason: 'no logs in this folder' });
    sources.push(...found.files.map((file) => ({ source: file.path, isNamed: file.path === path })));
    if (sizeBytes !== undefined) for (const file of found.files) sizeBytes += file.sizeBytes;
    skipped += found.skipped;
    odd.push(...found.odd);
  }
  return { sources, sizeBytes, skipped, odd };
}

/** The entries of all sources, one after the other; what cannot be read goes to `unread`, and reading goes on. */
export async function* readSources(
  found: LogSources,
  unread: Unread,
  options: ReadLogOptions,
): AsyncGenerator<LogEntry> {
  yield* readEach(found, unread, (source) => readLog(source, options));
}

/** The same in sections. */
export async function* readSourceSections(
  found: LogSources,
  unread: Unread,
  options: ReadSectionsOptions,
): AsyncGenerator<Section> {
  yield* readEach(found, unread, (source) => readSections(source, options));
}

async function* readEach<Read>(
  found: LogSources,
  unread: Unread,
  read: (source: LogSource) => AsyncIterable<Read>,
): AsyncGenerator<Read> {
  for (const { path, reason } of found.odd)
    unread.replies.push(failedReply(new Fault('caller.input-unreadable', { file: path, reason })));
  for (const { source, isNamed } of found.sources) {
    try {
      yield* read(source);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === 'caller.input-results' && !isNamed) unread.resultsFiles += 1;
      else unread.replies.push(failedReply(error));
    }
  }
}
